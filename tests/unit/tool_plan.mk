# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the tool's planner: page tables, memory, ELF files, boards, whole plans.

TOOL_PLAN_TEST_CFLAGS := -iquote tool -iquote tests/unit
TOOL_PLAN_HEADERS     := $(wildcard tool/*.h)

UNIT_TESTS += pagetable_test
pagetable_test_SOURCES := tests/unit/pagetable_test.c tests/unit/table_walk.c tool/pagetable.c tool/image.c
pagetable_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS)
pagetable_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += plan_memory_test
plan_memory_test_SOURCES := tests/unit/plan_memory_test.c tests/unit/diag_capture.c tool/plan_memory.c \
                            tool/board.c tool/board_clock.c tool/board_tree.c tool/board_device.c $(wildcard tool/devtree*.c) tool/tree.c \
                            tool/range.c tool/file.c tool/alloc.c
plan_memory_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS)
plan_memory_test_LIBS    := -lfdt -ljson-c
plan_memory_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += elf_test
elf_test_SOURCES := tests/unit/elf_test.c tests/unit/elf_build.c tests/unit/diag_capture.c \
                    tool/elf.c tool/file.c tool/alloc.c
elf_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS)
elf_test_LIBS    := -lelf
elf_test_DEPENDS := $(TOOL_PLAN_HEADERS)

BOARD_TEST_SOURCES := tests/unit/diag_capture.c tests/unit/tree_build.c tool/board.c tool/board_clock.c tool/board_tree.c \
                      tool/board_device.c $(wildcard tool/devtree*.c) tool/tree.c tool/range.c tool/file.c tool/alloc.c

UNIT_TESTS += board_test
board_test_SOURCES := tests/unit/board_test.c $(BOARD_TEST_SOURCES)
board_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS)
board_test_LIBS    := -lfdt -ljson-c
board_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += board_device_test
board_device_test_SOURCES := tests/unit/board_device_test.c $(BOARD_TEST_SOURCES)
board_device_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS)
board_device_test_LIBS    := -lfdt -ljson-c
board_device_test_DEPENDS := $(TOOL_PLAN_HEADERS)

# Everything of the tool but its command line, with the messages kept.
TOOL_PLAN_SOURCES := $(filter-out tool/main.c tool/cmd_%.c tool/diag.c,$(wildcard tool/*.c))

PLAN_TEST_SOURCES := tests/unit/plan_build.c tests/unit/image_read.c tests/unit/table_walk.c tests/unit/elf_build.c \
                     tests/unit/diag_capture.c $(TOOL_PLAN_SOURCES)

UNIT_TESTS += plan_test
plan_test_SOURCES := tests/unit/plan_test.c $(PLAN_TEST_SOURCES)
plan_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS) $(shell xml2-config --cflags)
plan_test_LIBS    := $(TOOL_LIBS)
plan_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += plan_manifest_test
plan_manifest_test_SOURCES := tests/unit/plan_manifest_test.c $(PLAN_TEST_SOURCES)
plan_manifest_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS) $(shell xml2-config --cflags)
plan_manifest_test_LIBS    := $(TOOL_LIBS)
plan_manifest_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += plan_mistake_test
plan_mistake_test_SOURCES := tests/unit/plan_mistake_test.c $(PLAN_TEST_SOURCES)
plan_mistake_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS) $(shell xml2-config --cflags)
plan_mistake_test_LIBS    := $(TOOL_LIBS)
plan_mistake_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += report_test
report_test_SOURCES := tests/unit/report_test.c $(PLAN_TEST_SOURCES)
report_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS) $(shell xml2-config --cflags)
report_test_LIBS    := $(TOOL_LIBS)
report_test_DEPENDS := $(TOOL_PLAN_HEADERS)

UNIT_TESTS += command_test
command_test_SOURCES := tests/unit/command_test.c
command_test_CFLAGS  := -DBUILD_DIR='"$(BUILD)"'
command_test_DEPENDS := $(BUILD)/drover

UNIT_TESTS += image_file_test
image_file_test_SOURCES := tests/unit/image_file_test.c tests/unit/diag_capture.c tool/image_file.c tool/crc32.c tool/file.c \
                           tool/alloc.c
image_file_test_CFLAGS  := $(TOOL_PLAN_TEST_CFLAGS) -DBUILD_DIR='"$(BUILD)"'
image_file_test_DEPENDS := $(TOOL_PLAN_HEADERS)
