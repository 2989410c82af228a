# SPDX-License-Identifier: BSD-2-Clause
#
# The driver VM example on each board: build/examples/driver_vm/BOARD/driver_vm.img and report.txt.
# A board's folder holds its system description, its guest's device tree as a change of the board's
# (overlay.dts), and the numbers that both share with vmm.c (guest.h).

DRIVER_VM        := $(BUILD)/examples/driver_vm
DRIVER_VM_CONFIG := debug

# A number out of a board's guest.h: $(call guest_number,BOARD,NAME)
guest_number = $(shell sed -n 's/^#define $(2) *//p' examples/driver_vm/$(1)/guest.h)

# The macros of the seed's system description stand where quoted attribute values belong.
driver_vm_macros = -D 'GUESTRAMADDR="$(call guest_number,$(1),GUEST_RAM_GPA)"' \
                   -D 'GUESTRAMSIZE="$(call guest_number,$(1),GUEST_RAM_SIZE)"'

define driver_vm_rules
$(DRIVER_VM)/$(1)/guest.dtb: $(SDK)/board/$(1)/board.dtb $(PAYLOAD_INITRD) \
		examples/driver_vm/$(1)/overlay.dts examples/driver_vm/$(1)/guest.h examples/driver_vm/build.mk
	@mkdir -p $$(@D)
	dtc -q -I dtb -O dts -o $$(@D)/guest.dts $$<
	clang -E -P -undef -nostdinc -x assembler-with-cpp -Iexamples/driver_vm/$(1) \
		-DINITRD_SIZE=$$$$(stat -c %s $(PAYLOAD_INITRD)) examples/driver_vm/$(1)/overlay.dts >>$$(@D)/guest.dts
	dtc -q -I dts -O dtb -o $$@ $$(@D)/guest.dts

$(DRIVER_VM)/$(1)/vmm.o: examples/driver_vm/vmm.c examples/driver_vm/$(1)/guest.h \
		$(call pd_depends,$(1),$(DRIVER_VM_CONFIG))
	@mkdir -p $$(@D)
	$(TARGET_CC) $(call pd_cflags,$(1),$(DRIVER_VM_CONFIG)) -Iexamples/driver_vm/$(1) -c -o $$@ $$<

$(DRIVER_VM)/$(1)/package_guest_images.o: examples/driver_vm/package_guest_images.S $(PAYLOAD_KERNEL) \
		$(PAYLOAD_INITRD) $(DRIVER_VM)/$(1)/guest.dtb
	@mkdir -p $$(@D)
	$(TARGET_CC) -DGUEST_KERNEL_PATH='"$(PAYLOAD_KERNEL)"' -DGUEST_INITRD_PATH='"$(PAYLOAD_INITRD)"' \
		-DGUEST_DTB_PATH='"$(DRIVER_VM)/$(1)/guest.dtb"' -c -o $$@ $$<

$(DRIVER_VM)/$(1)/vmm.elf: $(DRIVER_VM)/$(1)/vmm.o $(DRIVER_VM)/$(1)/package_guest_images.o \
		$(call pd_depends,$(1),$(DRIVER_VM_CONFIG))
	$(TARGET_LD) $(call pd_ldflags,$(1),$(DRIVER_VM_CONFIG)) -o $$@ $$(filter %.o,$$^) -lvmm -lmicrokit

$(DRIVER_VM)/$(1)/driver_vm.img: examples/driver_vm/$(1)/driver_vm.system $(DRIVER_VM)/$(1)/vmm.elf \
		$(BUILD)/drover $(SDK)/board/$(1)/board.dtb $(SDK)/board/$(1)/board.json
	$$(call build_image,$$<,--board $(1) --config $(DRIVER_VM_CONFIG) --search-path $$(@D) $$(call driver_vm_macros,$(1)))
endef
$(foreach board,$(BOARDS),$(eval $(call driver_vm_rules,$(board))))

.PHONY: driver_vm
driver_vm: $(BOARDS:%=$(DRIVER_VM)/%/driver_vm.img)

# `make run`: the example on QEMU's virt board, or on the one that BOARD names.
BOARD ?= qemu_virt_aarch64

ifneq ($(filter run,$(MAKECMDGOALS)),)
ifeq ($(filter $(BOARD),$(BOARDS)),)
$(error BOARD is "$(BOARD)"; the boards are: $(BOARDS))
endif
endif

# What a board needs beside the image.
run_DEPENDS_odroidc4 := $(QEMU_ODROIDC4)

$(DRIVER_VM)/run: examples/driver_vm/run.c $(SYSTEM_HARNESS) $(wildcard tests/system/*.h)
	@mkdir -p $(@D)
	$(HOST_CC) $(SYSTEM_CFLAGS) -o $@ examples/driver_vm/run.c $(SYSTEM_HARNESS)

.PHONY: run
run: $(DRIVER_VM)/run $(DRIVER_VM)/$(BOARD)/driver_vm.img $(run_DEPENDS_$(BOARD))
	@$(DRIVER_VM)/run $(BOARD)
