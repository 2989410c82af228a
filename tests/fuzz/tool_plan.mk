# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of the planner's inputs: programs and boards. (Descriptions: tool_sdf.mk.)

FUZZERS += elf_fuzz
elf_fuzz_SOURCES := tests/fuzz/elf_fuzz.c $(filter-out tool/main.c tool/cmd_%.c,$(wildcard tool/*.c))
elf_fuzz_CFLAGS  := -iquote tool $(shell xml2-config --cflags)
elf_fuzz_LIBS    := $(TOOL_LIBS)
elf_fuzz_DEPENDS := $(wildcard tool/*.h)

FUZZERS += board_fuzz
board_fuzz_SOURCES := tests/fuzz/board_fuzz.c tool/board.c tool/board_clock.c tool/board_tree.c tool/board_device.c $(wildcard tool/devtree*.c) tool/tree.c \
                      tool/range.c tool/file.c \
                      tool/alloc.c tool/diag.c tool/progress.c
board_fuzz_CFLAGS  := -iquote tool
board_fuzz_LIBS    := -lfdt -ljson-c
board_fuzz_DEPENDS := $(wildcard tool/*.h)
