# SPDX-License-Identifier: BSD-2-Clause
#
# The system of examples/serving with a client VM whose devices are on a virtual PCI bus: build/tests/pci/driver_vm.img.
# What is composed stays as it is; beside it stand another VMM, device tree and initramfs for that VM.

PCI        := $(BUILD)/tests/pci
PCI_BOARD  := qemu_virt_aarch64
PCI_SYSTEM := $(SERVING)/$(PCI_BOARD)/composed

PCI_DEPENDS := $(wildcard libvmm/generic/*.h tests/pci/*.h) $(call pd_depends,$(PCI_BOARD),$(COMPOSED_CONFIG))

$(PCI)/pci.o: tests/pci/pci.c $(PCI_DEPENDS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(PCI_BOARD),$(COMPOSED_CONFIG)) -Ilibvmm/generic -c -o $@ $<

# Its devices_init() is a part of pci.c's.
$(PCI)/devices.o: libvmm/generic/devices.c $(PCI_DEPENDS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(PCI_BOARD),$(COMPOSED_CONFIG)) -include tests/pci/pci.h \
		-Ddevices_init=table_devices_init -c -o $@ $<

$(PCI)/vmm.o: libvmm/generic/vmm.c $(PCI_DEPENDS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(PCI_BOARD),$(COMPOSED_CONFIG)) -c -o $@ $<

$(PCI)/pci_vmm.elf: $(PCI)/vmm.o $(PCI)/devices.o $(PCI)/pci.o
	$(TARGET_LD) $(call pd_ldflags,$(PCI_BOARD),$(COMPOSED_CONFIG)) -o $@ $^ -lvmm -lmicrokit

$(PCI)/pci.dtb: tests/pci/guest.dts $(PCI_SYSTEM)/compose.json
	@mkdir -p $(@D)
	dtc -q -I dtb -O dts -o $(PCI)/pci.dts $(PCI_SYSTEM)/client.dtb
	cat $< >>$(PCI)/pci.dts
	dtc -q -I dts -O dtb -o $@ $(PCI)/pci.dts

$(PCI)/pci.initrd: $(PAYLOAD_DEBS) $(GUEST_FILES) $(AGENT) $(BUILD)/drover tests/pci/build.mk
	@mkdir -p $(@D)
	printf '%s\n' virtio_pci virtio-rng | cat guest/modules.txt - >$(PCI)/modules.txt
	$(BUILD)/drover initramfs guest/initramfs.mtree $(PAYLOAD_DEBS:%=--deb %) --modules $(PCI)/modules.txt \
		--search-path guest --search-path $(dir $(AGENT)) -o $@

$(PCI)/driver_vm.system: $(PCI_SYSTEM)/compose.json tests/pci/build.mk
	@mkdir -p $(@D)
	sed -e 's/prefill_path="client\.\(dtb\|initrd\)"/prefill_path="pci.\1"/' \
		-e '/<protection_domain name="client_vmm"/,/<program_image/s/path="vmm.elf"/path="pci_vmm.elf"/' \
		$(PCI_SYSTEM)/composed.system >$@

$(PCI)/driver_vm.img: $(PCI)/driver_vm.system $(PCI)/pci_vmm.elf $(PCI)/pci.dtb $(PCI)/pci.initrd
	$(call build_image,$<,--board $(PCI_BOARD) --config $(COMPOSED_CONFIG) --search-path $(PCI) --search-path $(PCI_SYSTEM))

SYSTEM_TESTS += pci
pci_SOURCES  := tests/pci/run.c
pci_DEPENDS  := $(PCI)/driver_vm.img $(SERVING_DEPENDS)
