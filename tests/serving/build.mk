# SPDX-License-Identifier: BSD-2-Clause
#
# The serving system as a whole (examples/serving), and the same with a driver VM that dies again and again.

SYSTEM_TESTS    += serving reconnect
serving_SOURCES := tests/serving/serving.c
serving_DEPENDS := $(SERVING)/qemu_virt_aarch64/driver_vm.img $(SERVING_DEPENDS)

# The same with a program that has the driver VM started again. The client VM's root file system has `io` (tests/io)
# in it.
RECONNECT      := $(BUILD)/tests/serving/reconnect
RECONNECT_DISK := $(BUILD)/tests/serving/served.disk

$(RECONNECT)/supervisor.o: tests/serving/supervisor.c $(call pd_depends,qemu_virt_aarch64,$(COMPOSED_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,qemu_virt_aarch64,$(COMPOSED_CONFIG)) -c -o $@ $<

$(RECONNECT)/supervisor.elf: $(RECONNECT)/supervisor.o
	$(TARGET_LD) $(call pd_ldflags,qemu_virt_aarch64,$(COMPOSED_CONFIG)) -o $@ $< -lmicrokit

$(eval $(call composed_rules,$(RECONNECT),qemu_virt_aarch64,tests/serving/reconnect.json,$(RECONNECT)/supervisor.elf))
$(eval $(call served_disk_rule,$(RECONNECT_DISK),$(IO)))

reconnect_SOURCES := tests/serving/reconnect.c
reconnect_DEPENDS := $(RECONNECT)/driver_vm.img $(SERVING)/download $(RECONNECT_DISK)
