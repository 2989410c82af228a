# SPDX-License-Identifier: BSD-2-Clause
#
# cspace: a PD with a right to the thread of another.

$(eval $(call example_rules,cspace,qemu_virt_aarch64,debug))
