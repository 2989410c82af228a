# SPDX-License-Identifier: BSD-2-Clause
#
# smc: a PD that may call the firmware.

$(eval $(call example_rules,smc,qemu_virt_aarch64,debug))
