# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the tool's planner: page tables, memory, ELF files, boards, whole plans.

$(eval $(call tool_tests,pagetable_test,tests/unit,tests/unit/table_walk.c))
$(eval $(call tool_tests,plan_memory_test image_file_test,tests/unit,tests/unit/diag_capture.c))
$(eval $(call tool_tests,elf_test,tests/unit,tests/unit/elf_build.c tests/unit/diag_capture.c))
$(eval $(call tool_tests,board_test board_device_test,tests/unit,tests/unit/tree_build.c tests/unit/diag_capture.c))
$(eval $(call tool_tests,plan_test plan_manifest_test plan_mistake_test report_test,tests/unit,tests/unit/plan_build.c \
    tests/unit/image_read.c tests/unit/table_walk.c tests/unit/elf_build.c tests/unit/diag_capture.c))

UNIT_TESTS += command_test
command_test_SOURCES := tests/unit/command_test.c
command_test_CFLAGS  := -DBUILD_DIR='"$(BUILD)"'
command_test_DEPENDS := $(BUILD)/drover
