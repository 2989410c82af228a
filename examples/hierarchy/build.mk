# SPDX-License-Identifier: BSD-2-Clause
#
# hierarchy: a parent PD that handles the faults of its child.

$(eval $(call example_rules,hierarchy,qemu_virt_aarch64,debug))
