# SPDX-License-Identifier: BSD-2-Clause
#
# The driver VM under the SDK's vmm.elf: build/tests/generic_vmm/system.img, which the system test of the driver
# VM boots as well. Its search path has the payload and no program. And the generic VMM on libvmm's platform for
# seL4, as far as the linker.

GENERIC_VMM        := $(BUILD)/tests/generic_vmm
GENERIC_VMM_BOARD  := qemu_virt_aarch64
GENERIC_VMM_CONFIG := debug
GENERIC_VMM_GUEST  := examples/driver_vm/$(GENERIC_VMM_BOARD)/guest.h

$(GENERIC_VMM)/table: tests/generic_vmm/table.c tests/system/place_of_nothing.h tests/unit/guest_table_build.c \
		tests/unit/guest_table_build.h include/drover/guest_table.h $(GENERIC_VMM_GUEST)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -iquote tests/unit -iquote tests/system -iquote $(dir $(GENERIC_VMM_GUEST)) -o $@ $(filter %.c,$^)

$(GENERIC_VMM)/payload/linux.table: $(GENERIC_VMM)/table
	@mkdir -p $(@D)
	$< $@

# The example's payload, apart from its programs.
$(GENERIC_VMM)/payload/linux.dtb: $(BUILD)/examples/driver_vm/$(GENERIC_VMM_BOARD)/guest.dtb
	@mkdir -p $(@D)
	cp $< $@

$(GENERIC_VMM)/system.img: tests/generic_vmm/generic_vmm.system $(GENERIC_VMM)/payload/linux.table \
		$(GENERIC_VMM)/payload/linux.dtb $(PAYLOAD_KERNEL) $(PAYLOAD_INITRD) $(BUILD)/drover \
		$(call pd_depends,$(GENERIC_VMM_BOARD),$(GENERIC_VMM_CONFIG)) \
		$(SDK)/board/$(GENERIC_VMM_BOARD)/board.dtb $(SDK)/board/$(GENERIC_VMM_BOARD)/board.json
	$(call build_image,$<,--board $(GENERIC_VMM_BOARD) --config $(GENERIC_VMM_CONFIG) \
		--search-path $(GENERIC_VMM)/payload --search-path $(dir $(PAYLOAD_KERNEL)) \
		--search-path $(dir $(PAYLOAD_INITRD)))

$(GENERIC_VMM)/vmm_sel4.elf: libvmm/generic/vmm.c tests/generic_vmm/routing_table.c \
		$(BUILD)/target/$(GENERIC_VMM_CONFIG)/libvmm_sel4.a $(call pd_depends,$(GENERIC_VMM_BOARD),$(GENERIC_VMM_CONFIG))
	@mkdir -p $(@D)
	for source in $(filter %.c,$^); do \
	    $(TARGET_CC) $(call pd_cflags,$(GENERIC_VMM_BOARD),$(GENERIC_VMM_CONFIG)) -DLIBVMM_PLATFORM_SEL4 \
	        -c -o $(@D)/$$(basename $$source .c)_sel4.o $$source || exit 1; \
	done
	$(TARGET_LD) $(call pd_ldflags,$(GENERIC_VMM_BOARD),$(GENERIC_VMM_CONFIG)) -o $@ \
		$(patsubst %.c,$(@D)/%_sel4.o,$(notdir $(filter %.c,$^))) $(filter %.a,$^) -lmicrokit

SUITES        += 'driver_vm-generic=$(BUILD)/tests/system/driver_vm generic'
SUITE_DEPENDS += $(GENERIC_VMM)/system.img $(GENERIC_VMM)/vmm_sel4.elf
