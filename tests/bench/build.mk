# SPDX-License-Identifier: BSD-2-Clause
#
# `make bench`: counts what things cost and writes build/bench.tsv and build/bench_io.tsv; GUEST=FILE runs that
# arm64 image, bare and in a VM, and shows its consoles. `make bench-io`: disk and network alone,
# PLACE=bare, driver, client or native at one place, FIGURES=counted or paced one kind of figures.

BENCH        := $(BUILD)/tests/bench
BENCH_BOARD  := qemu_virt_aarch64
BENCH_CONFIG := release

BENCH_SOURCES := $(wildcard tests/bench/*.c)

$(BENCH)/bench: $(BENCH_SOURCES) $(wildcard tests/bench/*.h) tests/system/machine.c tests/system/machine.h
	@mkdir -p $(@D) $(BUILD)/tests/log
	$(HOST_CC) $(SYSTEM_CFLAGS) -pthread -o $@ $(BENCH_SOURCES) tests/system/machine.c

include tests/bench/io.mk

# The protection domains.
BENCH_PDS := bench peer server driver

$(BENCH)/pd/%.o: tests/bench/pd/%.c tests/bench/pd/channels.h $(wildcard tests/guests/lib/*.h) \
		$(call pd_depends,$(BENCH_BOARD),$(BENCH_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(BENCH_BOARD),$(BENCH_CONFIG)) -Itests/guests/lib -c -o $@ $<

$(BENCH)/pd/%.elf: $(BENCH)/pd/%.o
	$(TARGET_LD) $(call pd_ldflags,$(BENCH_BOARD),$(BENCH_CONFIG)) -o $@ $< -lmicrokit

$(BENCH)/pd/system.img: tests/bench/pd.system $(BENCH_PDS:%=$(BENCH)/pd/%.elf) $(BUILD)/drover \
		$(SDK)/board/$(BENCH_BOARD)/board.dtb $(SDK)/board/$(BENCH_BOARD)/board.json
	$(call build_image,$<,--board $(BENCH_BOARD) --config $(BENCH_CONFIG) --search-path $(@D))

# Linux that gets as far as /init (see tests/guests/build.mk for the VM around it).
$(BENCH)/linux/init: tests/bench/linux/init.c
	@mkdir -p $(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) -O2 -mgeneral-regs-only -c -o $@.o $<
	$(TARGET_LD) -static --build-id=none -o $@ $@.o

$(BENCH)/linux/initramfs.cpio: $(BENCH)/linux/init $(BUILD)/drover
	echo './init type=file contents=init' >$(@D)/initramfs.mtree
	$(BUILD)/drover initramfs $(@D)/initramfs.mtree -o $@

VM_IMAGES      += linux
linux_KERNEL   := $(PAYLOAD_KERNEL)
linux_INITRD   := $(BENCH)/linux/initramfs.cpio
linux_BOOTARGS := console=ttyAMA0

# Somebody else's guest: built anew each time, for GUEST may name another file than before.
ifdef GUEST
VM_IMAGES    += given
given_KERNEL := $(GUEST)

.PHONY: bench-given
bench-given:
$(BUILD)/tests/guests/vm/given/images.o: bench-given
endif

# What `build_s` times: the driver VM example, whose image holds a kernel of 30 MB.
bench: export BENCH_BUILD = DROVER_SDK=$(SDK) $(BUILD)/drover build examples/driver_vm/$(BENCH_BOARD)/driver_vm.system \
	--board $(BENCH_BOARD) --config $(DRIVER_VM_CONFIG) --search-path $(DRIVER_VM)/$(BENCH_BOARD) \
	$(call driver_vm_macros,$(BENCH_BOARD)) -o $(BENCH)/timed.img -r $(BENCH)/timed.txt \
	>$(BUILD)/tests/log/bench_build.txt 2>&1

.PHONY: bench
ifdef GUEST
bench: $(BENCH)/bench $(GUEST) $(BUILD)/tests/guests/vm/given/system.img
	@$(BENCH)/bench guest $(GUEST) $(BUILD)/tests/guests/vm/given/system.img
else
bench: $(BENCH)/bench $(BENCH)/pd/system.img $(BUILD)/tests/guests/bench.img \
		$(BUILD)/tests/guests/vm/bench/system.img $(BUILD)/tests/guests/vm/linux/system.img \
		$(BUILD)/examples/driver_vm/$(BENCH_BOARD)/driver_vm.img $(BUILD)/target/release/kernel.elf \
		$(BENCH_IO_IMAGES) $(SERVED_DISK)
	@$(BENCH)/bench "$$BENCH_BUILD"
endif

.PHONY: bench-io
bench-io: $(BENCH)/bench $(BENCH_IO_IMAGES) $(SERVED_DISK)
	@$(BENCH)/bench io $(or $(PLACE),all) $(FIGURES)
