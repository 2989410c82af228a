# SPDX-License-Identifier: BSD-2-Clause
#
# Builds the driver VM: `make LINUX=FILE INITRD=FILE` with an arm64 Image and an initramfs for it, then boot
# build/loader.img. A board's folder holds what depends on the board. The variables below can be given on
# the command line; TOOLCHAIN is llvm (clang and ld.lld) or gcc (aarch64-linux-gnu-gcc).

MICROKIT_SDK    ?= $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../..)
MICROKIT_BOARD  ?= qemu_virt_aarch64
MICROKIT_CONFIG ?= debug
BUILD_DIR       ?= build
TOOLCHAIN       ?= llvm

BOARD_DIR := $(MICROKIT_SDK)/board/$(MICROKIT_BOARD)/$(MICROKIT_CONFIG)

ifeq ($(TOOLCHAIN),gcc)
CC := aarch64-linux-gnu-gcc -fno-pie -fno-stack-protector -mno-outline-atomics
LD := aarch64-linux-gnu-ld
else
CC := clang --target=aarch64-none-elf
LD := ld.lld
endif

# A program that never touches the FP registers never pays for them.
CFLAGS  := -std=gnu11 -O2 -g -Wall -ffreestanding -mstrict-align -mgeneral-regs-only -I$(MICROKIT_BOARD) \
           -I$(BOARD_DIR)/include -I$(MICROKIT_SDK)/libvmm/include -I$(MICROKIT_SDK)/devices/include
LDFLAGS := --gc-sections -z noexecstack -L$(BOARD_DIR)/lib -T$(BOARD_DIR)/lib/microkit.ld

# A number out of the board's guest.h.
number = $(shell sed -n 's/^\#define $(1) *//p' $(MICROKIT_BOARD)/guest.h)

$(BUILD_DIR)/loader.img: $(MICROKIT_BOARD)/driver_vm.system $(BUILD_DIR)/vmm.elf
	$(MICROKIT_SDK)/bin/microkit $< --board $(MICROKIT_BOARD) --config $(MICROKIT_CONFIG) \
		-D 'GUESTRAMADDR="$(call number,GUEST_RAM_GPA)"' -D 'GUESTRAMSIZE="$(call number,GUEST_RAM_SIZE)"' \
		--search-path $(BUILD_DIR) -o $@ -r $(BUILD_DIR)/report.txt

$(BUILD_DIR)/vmm.elf: $(BUILD_DIR)/vmm.o $(BUILD_DIR)/package_guest_images.o
	$(LD) $(LDFLAGS) -o $@ $^ -lvmm -lmicrokit

$(BUILD_DIR)/vmm.o: vmm.c $(MICROKIT_BOARD)/guest.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

$(BUILD_DIR)/package_guest_images.o: package_guest_images.S $(LINUX) $(INITRD) $(BUILD_DIR)/guest.dtb
	$(CC) -DGUEST_KERNEL_PATH='"$(LINUX)"' -DGUEST_INITRD_PATH='"$(INITRD)"' -DGUEST_DTB_PATH='"$(BUILD_DIR)/guest.dtb"' \
		-c -o $@ $<

# The guest's device tree: the board's, changed by the overlay.
$(BUILD_DIR)/guest.dtb: $(MICROKIT_BOARD)/overlay.dts $(MICROKIT_BOARD)/guest.h $(INITRD)
	@mkdir -p $(@D)
	@test -f '$(LINUX)' -a -f '$(INITRD)' || { echo 'make LINUX=FILE INITRD=FILE: no such files'; exit 1; }
	dtc -q -I dtb -O dts -o $(BUILD_DIR)/guest.dts $(MICROKIT_SDK)/board/$(MICROKIT_BOARD)/board.dtb
	$(CC) -E -P -undef -nostdinc -x assembler-with-cpp -I$(MICROKIT_BOARD) -DINITRD_SIZE=$$(stat -c %s $(INITRD)) $< \
		>>$(BUILD_DIR)/guest.dts
	dtc -q -I dts -O dtb -o $@ $(BUILD_DIR)/guest.dts

.PHONY: clean
clean:
	rm -rf $(BUILD_DIR)
