# SPDX-License-Identifier: BSD-2-Clause
#
# The driver VM of the example with several vCPUs, all on the board's one core:
# build/tests/smp_guest/COUNT/system.img. VMM and payload are the example's.

SMP_GUEST        := $(BUILD)/tests/smp_guest
SMP_GUEST_COUNTS := 4 8
SMP_GUEST_BOARD  := qemu_virt_aarch64
SMP_GUEST_CONFIG := debug
SMP_GUEST_VMM    := $(BUILD)/examples/driver_vm/$(SMP_GUEST_BOARD)

define smp_guest_rules
$(SMP_GUEST)/$(1)/guest.dtb: $(SDK)/board/$(SMP_GUEST_BOARD)/board.dtb $(PAYLOAD_INITRD) tests/smp_guest/overlay.dts \
		tests/guests/vm/cpus.dts $(wildcard examples/driver_vm/$(SMP_GUEST_BOARD)/*) tests/smp_guest/build.mk
	@mkdir -p $$(@D)
	dtc -q -I dtb -O dts -o $$(@D)/guest.dts $$<
	clang -E -P -undef -nostdinc -x assembler-with-cpp -Iexamples/driver_vm/$(SMP_GUEST_BOARD) -DCPU_COUNT=$(1) \
		-DINITRD_SIZE=$$$$(stat -c %s $(PAYLOAD_INITRD)) tests/smp_guest/overlay.dts >>$$(@D)/guest.dts
	dtc -q -I dts -O dtb -o $$@ $$(@D)/guest.dts

$(SMP_GUEST)/$(1)/images.o: examples/driver_vm/package_guest_images.S $(PAYLOAD_KERNEL) $(PAYLOAD_INITRD) \
		$(SMP_GUEST)/$(1)/guest.dtb
	$(TARGET_CC) -DGUEST_KERNEL_PATH='"$(PAYLOAD_KERNEL)"' -DGUEST_INITRD_PATH='"$(PAYLOAD_INITRD)"' \
		-DGUEST_DTB_PATH='"$(SMP_GUEST)/$(1)/guest.dtb"' -c -o $$@ $$<

$(SMP_GUEST)/$(1)/vmm.elf: $(SMP_GUEST_VMM)/vmm.o $(SMP_GUEST)/$(1)/images.o \
		$(call pd_depends,$(SMP_GUEST_BOARD),$(SMP_GUEST_CONFIG))
	$(TARGET_LD) $(call pd_ldflags,$(SMP_GUEST_BOARD),$(SMP_GUEST_CONFIG)) -o $$@ $$(filter %.o,$$^) -lvmm -lmicrokit

$(SMP_GUEST)/$(1)/system.img: tests/smp_guest/smp_guest.system $(SMP_GUEST)/$(1)/vmm.elf $(BUILD)/drover \
		$(SDK)/board/$(SMP_GUEST_BOARD)/board.dtb $(SDK)/board/$(SMP_GUEST_BOARD)/board.json
	$$(call build_image,$$<,--board $(SMP_GUEST_BOARD) --config $(SMP_GUEST_CONFIG) \
		--search-path $$(@D) -D 'VCPUS=$$(call vm_vcpus,$(1))')
endef
$(foreach count,$(SMP_GUEST_COUNTS),$(eval $(call smp_guest_rules,$(count))))

SYSTEM_TESTS      += smp_guest
smp_guest_SOURCES := tests/smp_guest/run.c
smp_guest_DEPENDS := $(SMP_GUEST_COUNTS:%=$(SMP_GUEST)/%/system.img)
SUITES            += 'smp_guest-bare=$(BUILD)/tests/system/smp_guest bare'
