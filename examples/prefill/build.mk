# SPDX-License-Identifier: BSD-2-Clause
#
# prefill: a memory region out of a file.

$(eval $(call example_rules,prefill,qemu_virt_aarch64,debug))
