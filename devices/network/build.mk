# SPDX-License-Identifier: BSD-2-Clause
#
# The network class, under the names of sDDF's programs.

$(eval $(call device_program,network_virt_rx,devices/network/virt_rx.c devices/network/connection.c))
$(eval $(call device_program,network_virt_tx,devices/network/virt_tx.c devices/network/connection.c))
$(eval $(call device_program,network_copy,devices/network/copy.c devices/network/connection.c))
$(eval $(call device_program,network_vswitch,devices/network/vswitch.c devices/network/connection.c))

# A client that can be pinged.
$(eval $(call device_program,ping,devices/network/connection.c devices/lib/console.c $(wildcard devices/network/ping/*.c)))
