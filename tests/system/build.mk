# SPDX-License-Identifier: BSD-2-Clause
#
# System tests: programs that boot a machine in QEMU and wait for what it prints. Each stands in
# tests/system/NAME.c, or is listed with its sources in another build.mk:
#     SYSTEM_TESTS += name
#     name_SOURCES, name_CFLAGS (optional); name_DEPENDS: what it boots

SYSTEM_HARNESS := tests/system/machine.c tests/system/cases.c \
                  tests/system/driver_vm_machine.c tests/system/driver_vm_cases.c tests/system/serving_machine.c
SYSTEM_CFLAGS  := $(HOST_CFLAGS) -Itests/system -DBUILD_DIR='"$(BUILD)"' -DPAYLOAD_DIR='"$(PAYLOAD)"'
SYSTEM_TESTS   += examples sdk driver_vm busy_host odroidc4_image odroidc4 zcu102

examples_SOURCES := tests/system/examples.c
examples_DEPENDS := examples

sdk_SOURCES := tests/system/sdk.c
sdk_DEPENDS := sdk $(PAYLOAD_KERNEL) $(PAYLOAD_INITRD)

driver_vm_SOURCES := tests/system/driver_vm.c
driver_vm_DEPENDS := $(PAYLOAD_KERNEL) $(PAYLOAD_INITRD) $(BUILD)/examples/driver_vm/qemu_virt_aarch64/driver_vm.img \
                     $(BUILD)/examples/composed/qemu_virt_aarch64/driver_vm.img

busy_host_SOURCES := tests/system/busy_host.c
busy_host_DEPENDS := $(driver_vm_DEPENDS)

odroidc4_image_SOURCES := tests/system/odroidc4_image.c tests/unit/table_walk.c
odroidc4_image_CFLAGS  := -iquote tests/unit
odroidc4_image_DEPENDS := $(BUILD)/examples/driver_vm/odroidc4/driver_vm.img

zcu102_SOURCES := tests/system/zcu102.c
zcu102_DEPENDS := $(BUILD)/examples/composed/zcu102/driver_vm.img

odroidc4_SOURCES := tests/system/odroidc4.c
odroidc4_DEPENDS := $(PAYLOAD_KERNEL) $(PAYLOAD_INITRD) $(odroidc4_image_DEPENDS) $(QEMU_ODROIDC4)

define system_test_rule
$(BUILD)/tests/system/$(1): $($(1)_SOURCES) $(SYSTEM_HARNESS) $(wildcard tests/system/*.h)
	@mkdir -p $$(@D) $(BUILD)/tests/log
	$(HOST_CC) $(SYSTEM_CFLAGS) $($(1)_CFLAGS) -o $$@ $($(1)_SOURCES) $(SYSTEM_HARNESS)
endef
$(foreach test,$(SYSTEM_TESTS),$(eval $(call system_test_rule,$(test))))

.PHONY: system-tests
system-tests: $(SYSTEM_TESTS:%=$(BUILD)/tests/system/%) $(foreach test,$(SYSTEM_TESTS),$($(test)_DEPENDS))
