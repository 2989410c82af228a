# SPDX-License-Identifier: BSD-2-Clause
#
# The driver VM under a VMM for seL4: build/tests/sel4_vmm/system.img, which the system test of the driver VM
# boots as well.

SEL4_VMM        := $(BUILD)/tests/sel4_vmm
SEL4_VMM_BOARD  := qemu_virt_aarch64
SEL4_VMM_CONFIG := debug
# The guest's images are the example's.
SEL4_VMM_IMAGES := $(BUILD)/examples/driver_vm/$(SEL4_VMM_BOARD)/package_guest_images.o

$(SEL4_VMM)/vmm.o: tests/sel4_vmm/vmm.c examples/driver_vm/$(SEL4_VMM_BOARD)/guest.h \
		$(call pd_depends,$(SEL4_VMM_BOARD),$(SEL4_VMM_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(SEL4_VMM_BOARD),$(SEL4_VMM_CONFIG)) -DLIBVMM_PLATFORM_SEL4 \
		-Iexamples/driver_vm/$(SEL4_VMM_BOARD) -c -o $@ $<

$(SEL4_VMM)/vmm.elf: $(SEL4_VMM)/vmm.o $(SEL4_VMM_IMAGES) $(BUILD)/target/$(SEL4_VMM_CONFIG)/libvmm_sel4.a
	$(TARGET_LD) $(call pd_ldflags,$(SEL4_VMM_BOARD),$(SEL4_VMM_CONFIG)) -o $@ $^ -lmicrokit

$(SEL4_VMM)/system.img: tests/sel4_vmm/sel4_vmm.system $(SEL4_VMM)/vmm.elf $(BUILD)/drover \
		$(SDK)/board/$(SEL4_VMM_BOARD)/board.dtb $(SDK)/board/$(SEL4_VMM_BOARD)/board.json
	$(call build_image,$<,--board $(SEL4_VMM_BOARD) --config $(SEL4_VMM_CONFIG) --search-path $(@D) \
		$(call driver_vm_macros,$(SEL4_VMM_BOARD)))

SUITES        += 'driver_vm-sel4=$(BUILD)/tests/system/driver_vm sel4'
SUITE_DEPENDS += $(SEL4_VMM)/system.img
