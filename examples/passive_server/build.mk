# SPDX-License-Identifier: BSD-2-Clause
#
# passive_server: a server on the time of its clients.

$(eval $(call example_rules,passive_server,qemu_virt_aarch64,debug))
