# SPDX-License-Identifier: BSD-2-Clause
#
# serial: a driver and a client with queues in shared memory.

$(eval $(call example_rules,serial,qemu_virt_aarch64,release))
