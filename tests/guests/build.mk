# SPDX-License-Identifier: BSD-2-Clause
#
# Bare-metal guest programs: flat position-independent arm64 images that run on QEMU without a
# hypervisor and as a guest of Drover alike.

GUESTS    := bench companion conformance hostile
GUEST_DIR := $(BUILD)/tests/guests

# x18 carries the counter from the interrupt vector to the handler; FP registers belong to the tests.
GUEST_CFLAGS := $(TARGET_CFLAGS) -O2 -fpie -mgeneral-regs-only -ffixed-x18 -Itests/guests/lib

GUEST_LIB_SOURCES := $(wildcard tests/guests/lib/*.[cS])
GUEST_HEADERS     := $(wildcard tests/guests/lib/*.h tests/guests/lib/*.inc)

define guest_rule
$(1)_GUEST_SOURCES := $$(GUEST_LIB_SOURCES) $$(wildcard tests/guests/$(1)/*.[cS])
$(1)_GUEST_OBJECTS := $$($(1)_GUEST_SOURCES:tests/guests/%=$(GUEST_DIR)/%.o)

$(GUEST_DIR)/$(1).elf: $$($(1)_GUEST_OBJECTS) tests/guests/lib/guest.ld
	$(TARGET_LD) -pie --no-dynamic-linker -z text -z norelro --hash-style=sysv $(TARGET_LDFLAGS) -T tests/guests/lib/guest.ld -o $$@ $$($(1)_GUEST_OBJECTS)
endef
$(foreach guest,$(GUESTS),$(eval $(call guest_rule,$(guest))))

$(GUEST_DIR)/%.o: tests/guests/% $(GUEST_HEADERS) $(wildcard tests/guests/*/*.h)
	@mkdir -p $(@D)
	$(TARGET_CC) $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_DIR)/%.img: $(GUEST_DIR)/%.elf
	llvm-objcopy -O binary $< $@

# The same guests in a VM, one image for each name in VM_IMAGES: build/tests/guests/vm/NAME/system.img. Another
# build.mk that is read before this one may add some, with these variables:
#     NAME_KERNEL    the guest's image
#     NAME_BOOTARGS  of its device tree
#     NAME_INITRD    (optional)
#     NAME_CPUS      how many vCPUs; 1 without it
# They are built for the release configuration: what is tested and counted is what is used.

VM_IMAGES += companion conformance conformance_smp hostile hostile_smp bench
VM_DIR    := $(GUEST_DIR)/vm
VM_BOARD  := qemu_virt_aarch64
VM_CONFIG := release

conformance_KERNEL   := $(GUEST_DIR)/conformance.img
conformance_BOOTARGS := hvc smccc latched
hostile_KERNEL       := $(GUEST_DIR)/hostile.img
hostile_BOOTARGS     := drover
bench_KERNEL         := $(GUEST_DIR)/bench.img
companion_KERNEL     := $(GUEST_DIR)/companion.img
companion_CPUS       := 2

conformance_smp_KERNEL   := $(conformance_KERNEL)
conformance_smp_BOOTARGS := $(conformance_BOOTARGS) exact
conformance_smp_CPUS     := 4
hostile_smp_KERNEL       := $(hostile_KERNEL)
hostile_smp_BOOTARGS     := $(hostile_BOOTARGS)
hostile_smp_CPUS         := 4

# The <vcpu> elements of a VM, for VCPUS in a description: $(call vm_vcpus,COUNT)
vm_vcpus = $(foreach id,$(shell seq 0 $$(($(1) - 1))),<vcpu id="$(id)" />)

VM_BOARD_FILES := $(SDK)/board/$(VM_BOARD)/board.dtb $(SDK)/board/$(VM_BOARD)/board.json

$(VM_DIR)/vmm.o: tests/guests/vm/vmm.c tests/guests/vm/guest.h $(call pd_depends,$(VM_BOARD),$(VM_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(VM_BOARD),$(VM_CONFIG)) -c -o $@ $<

define vm_image_rules
$(VM_DIR)/$(1)/guest.dtb: $(SDK)/board/$(VM_BOARD)/board.dtb tests/guests/vm/overlay.dts \
		tests/guests/vm/cpus.dts tests/guests/vm/guest.h tests/guests/build.mk $$($(1)_INITRD)
	@mkdir -p $$(@D)
	dtc -q -I dtb -O dts -o $$(@D)/guest.dts $$<
	clang -E -P -undef -nostdinc -x assembler-with-cpp -DBOOTARGS='"$$($(1)_BOOTARGS)"' \
		-DCPU_COUNT=$$(or $$($(1)_CPUS),1) \
		$$(if $$($(1)_INITRD),-DINITRD_SIZE=$$$$(stat -c %s $$($(1)_INITRD))) tests/guests/vm/overlay.dts >>$$(@D)/guest.dts
	dtc -q -I dts -O dtb -o $$@ $$(@D)/guest.dts

$(VM_DIR)/$(1)/images.o: tests/guests/vm/images.S $$($(1)_KERNEL) $$($(1)_INITRD) $(VM_DIR)/$(1)/guest.dtb
	$(TARGET_CC) -DGUEST_KERNEL_PATH='"$$($(1)_KERNEL)"' -DGUEST_DTB_PATH='"$(VM_DIR)/$(1)/guest.dtb"' \
		$$(if $$($(1)_INITRD),-DGUEST_INITRD_PATH='"$$($(1)_INITRD)"') -c -o $$@ $$<

$(VM_DIR)/$(1)/vmm.elf: $(VM_DIR)/vmm.o $(VM_DIR)/$(1)/images.o
	$(TARGET_LD) $$(call pd_ldflags,$(VM_BOARD),$(VM_CONFIG)) -o $$@ $$^ -lvmm -lmicrokit

$(VM_DIR)/$(1)/system.img: tests/guests/vm/guest.system $(VM_DIR)/$(1)/vmm.elf $(BUILD)/drover $(VM_BOARD_FILES)
	$$(call build_image,$$<,--board $(VM_BOARD) --config $(VM_CONFIG) --search-path $$(@D) \
		-D 'VCPUS=$$(call vm_vcpus,$$(or $$($(1)_CPUS),1))')
endef
$(foreach image,$(VM_IMAGES),$(eval $(call vm_image_rules,$(image))))

# Two of them in one system.
$(VM_DIR)/two_vms/system.img: tests/guests/vm/two_vms.system $(VM_DIR)/conformance_smp/vmm.elf $(VM_DIR)/companion/vmm.elf \
		$(BUILD)/drover $(VM_BOARD_FILES)
	@mkdir -p $(@D)
	$(call build_image,$<,--board $(VM_BOARD) --config $(VM_CONFIG) --search-path $(VM_DIR))

.PHONY: guests
guests: $(GUESTS:%=$(GUEST_DIR)/%.img) $(VM_IMAGES:%=$(VM_DIR)/%/system.img)

# The system test that boots them.
SYSTEM_TESTS   += guests
guests_SOURCES := tests/guests/run.c
guests_DEPENDS := $(GUEST_DIR)/conformance.img $(GUEST_DIR)/hostile.img $(patsubst %,$(VM_DIR)/%/system.img,conformance conformance_smp hostile hostile_smp two_vms)

SUITES += 'headers-guests=scripts/check-headers "$(TARGET_CC) $(GUEST_CFLAGS)" $(wildcard tests/guests/*/*.h)'
