# SPDX-License-Identifier: BSD-2-Clause
#
# The serving system as a whole (examples/serving), and the same with a driver VM that dies again and again.

SYSTEM_TESTS    += serving reconnect
serving_SOURCES := tests/serving/serving.c
serving_DEPENDS := $(SERVING)/qemu_virt_aarch64/driver_vm.img $(SERVING_DEPENDS)

# The client VM's root file system has `io` (tests/io) in it.
RECONNECT_DISK := $(BUILD)/tests/serving/served.disk
$(eval $(call served_disk_rule,$(RECONNECT_DISK),$(IO)))

reconnect_SOURCES := tests/serving/reconnect.c
reconnect_DEPENDS := $(serving_DEPENDS) $(RECONNECT_DISK)
