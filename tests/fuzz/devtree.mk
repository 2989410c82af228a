# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the device tree as a graph.

FUZZERS += devtree_fuzz
devtree_fuzz_SOURCES := tests/fuzz/devtree_fuzz.c $(wildcard tool/devtree*.c) tool/devclass.c tool/tree.c tool/range.c \
                        tool/alloc.c tool/diag.c tool/progress.c tool/board.c tool/file.c tool/board_clock.c tool/board_tree.c tool/board_device.c
devtree_fuzz_CFLAGS  := -iquote tool
devtree_fuzz_LIBS    := -lfdt -ljson-c
devtree_fuzz_DEPENDS := $(wildcard tool/*.h)
