# SPDX-License-Identifier: BSD-2-Clause
#
# timer: a device driver with its interrupt, and a client.

$(eval $(call example_rules,timer,qemu_virt_aarch64,debug))
