# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of the auditor (tests/audit): every damage of a good image is noticed, and its command line.

$(eval $(call tool_tests,audit_test,tests/audit,$(wildcard tests/audit/mutations*.c) $(AUDIT_TEST_SOURCES)))

UNIT_TESTS += audit_command_test
audit_command_test_SOURCES := tests/audit/command_test.c
audit_command_test_CFLAGS  := -DBUILD_DIR='"$(BUILD)"'
audit_command_test_LIBS    := -ljson-c
audit_command_test_DEPENDS := $(BUILD)/drover $(BUILD)/examples/hierarchy/qemu_virt_aarch64/hierarchy.img \
                              $(BOARDS:%=$(BUILD)/examples/hello/%/hello.img) \
                              $(SDK)/board/qemu_virt_aarch64/release/.stamp $(SDK)/board/qemu_virt_aarch64/debug/.stamp
