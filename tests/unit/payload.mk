# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover payload`: tests/payload holds them and what builds their inputs.

PAYLOAD_TEST_SOURCES := tests/payload/build.c tests/unit/diag_capture.c $(wildcard tool/payload*.c) tool/alloc.c tool/crc32.c \
                        tool/board.c tool/board_device.c tool/board_tree.c tool/file.c tool/range.c tool/sha256.c tool/tree.c tool/utf8.c
PAYLOAD_TEST_CFLAGS  := -iquote tool -iquote tests/unit -iquote tests/payload -DBUILD_DIR='"$(BUILD)"'
PAYLOAD_TEST_LIBS    := -lfdt -ljson-c -larchive -lext2fs -lcom_err

PAYLOAD_TESTS := payload_kernel_test payload_initrd_test payload_tree_test payload_diff_test payload_disk_test payload_command_test
UNIT_TESTS    += $(PAYLOAD_TESTS)

define payload_test_variables
$(1)_SOURCES := tests/payload/$(1).c $(PAYLOAD_TEST_SOURCES)
$(1)_CFLAGS  := $(PAYLOAD_TEST_CFLAGS)
$(1)_LIBS    := $(PAYLOAD_TEST_LIBS)
$(1)_DEPENDS := $(wildcard tool/*.h tests/payload/*.h)
endef
$(foreach test,$(PAYLOAD_TESTS),$(eval $(call payload_test_variables,$(test))))

# The command, on Debian's real packages.
payload_command_test_DEPENDS += $(BUILD)/drover $(PAYLOAD)/packages/linux.deb $(PAYLOAD)/packages/busybox.deb
