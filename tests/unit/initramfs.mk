# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover initramfs`: tests/initramfs holds them and what builds their inputs.

INITRAMFS_TESTS := initramfs_recipe_test initramfs_modules_test initramfs_archive_test
$(eval $(call tool_tests,$(INITRAMFS_TESTS),tests/initramfs,tests/initramfs/module_build.c tests/payload/build.c tests/unit/elf_build.c \
    tests/unit/diag_capture.c))
$(foreach test,$(INITRAMFS_TESTS),$(eval $(test)_CFLAGS += -iquote tests/payload))

# The command line.
initramfs_archive_test_DEPENDS += $(BUILD)/drover
