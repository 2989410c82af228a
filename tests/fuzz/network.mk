# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of the network class: each program between hostile others, and the responder's frames.

define network_fuzzer
FUZZERS += $(1)
$(1)_SOURCES := tests/fuzz/$(1).c tests/unit/network/fake.c tests/unit/network/hostile.c devices/network/connection.c $(2)
$(1)_CFLAGS  := -Itests/unit/network -Itests/unit -Idevices/include -Idevices/network -Idevices/lib -I.
$(1)_DEPENDS := $(wildcard tests/unit/network/*.h devices/network/*.[ch] devices/network/ping/*.h devices/include/sddf/*/*.h)
endef
$(eval $(call network_fuzzer,net_virt_rx_fuzz,tests/unit/network/part_virt_rx.c))
$(eval $(call network_fuzzer,net_virt_tx_fuzz,tests/unit/network/part_virt_tx.c))
$(eval $(call network_fuzzer,net_copy_fuzz,tests/unit/network/part_copy.c))
$(eval $(call network_fuzzer,net_vswitch_fuzz,tests/unit/network/part_vswitch.c))
$(eval $(call network_fuzzer,ping_fuzz,tests/unit/network/part_ping.c $(addprefix devices/network/ping/,host.c dhcp.c) devices/lib/console.c))
