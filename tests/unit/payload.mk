# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover payload`: tests/payload holds them and what builds their inputs.

PAYLOAD_TESTS := payload_kernel_test payload_initrd_test payload_tree_test payload_diff_test payload_disk_test payload_command_test
$(eval $(call tool_tests,$(PAYLOAD_TESTS),tests/payload,tests/payload/build.c tests/unit/diag_capture.c))

# The command, on Debian's real packages.
payload_command_test_DEPENDS += $(BUILD)/drover $(PAYLOAD)/packages/linux.deb $(PAYLOAD)/packages/busybox.deb
