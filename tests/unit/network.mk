# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the network class (tests/unit/network: the system around it).

NETWORK_HOST_CFLAGS  := -Itests/unit/network -Idevices/include -Idevices/network -Idevices/lib -I.
NETWORK_HOST_SOURCES := tests/unit/network/fake.c devices/network/connection.c
NETWORK_HOST_DEPENDS := $(wildcard tests/unit/network/*.h devices/network/*.[ch] devices/network/ping/*.h devices/include/sddf/*/*.h)
NETWORK_PARTS        := $(wildcard tests/unit/network/part_*.c)
PING_HOST_SOURCES    := $(addprefix devices/network/ping/,host.c dhcp.c)

define network_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(NETWORK_HOST_SOURCES) $(2)
$(1)_CFLAGS  := $(NETWORK_HOST_CFLAGS)
$(1)_DEPENDS := $(NETWORK_HOST_DEPENDS)
endef
$(eval $(call network_test,net_queue_test))
$(eval $(call network_test,net_virt_rx_test,tests/unit/network/part_virt_rx.c))
$(eval $(call network_test,net_virt_tx_test,tests/unit/network/part_virt_tx.c))
$(eval $(call network_test,net_copy_test,tests/unit/network/part_copy.c))
$(eval $(call network_test,net_vswitch_test,tests/unit/network/part_vswitch.c))
$(eval $(call network_test,net_system_test,$(NETWORK_PARTS) $(PING_HOST_SOURCES) devices/lib/console.c))
$(eval $(call network_test,ping_host_test,$(PING_HOST_SOURCES)))
