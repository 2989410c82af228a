# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of `drover initramfs`: recipes, and what modules say of themselves.

$(eval $(call tool_fuzzer,initramfs_fuzz,tests/unit/diag_capture.c tests/unit/elf_build.c))
