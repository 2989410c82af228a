# SPDX-License-Identifier: BSD-2-Clause
#
# The systems whose disk and network are measured: build/tests/bench/io/NAME/system.img for io/NAME.json, and the
# initramfs that the bare Linux, the driver VM and the client VM have in common.

BENCH_IO         := $(BENCH)/io
BENCH_IO_SYSTEMS := driver client native
BENCH_IO_IMAGES  := $(BENCH_IO_SYSTEMS:%=$(BENCH_IO)/%/system.img) $(BENCH_IO)/copied.symbols

# That of our guests, and three files more.
$(BENCH_IO)/initramfs.mtree: guest/initramfs.mtree tests/bench/io.mk
	@mkdir -p $(@D)
	cp $< $@
	echo './bench type=file contents=rc' >>$@
	echo './storage type=file contents=storage' >>$@
	echo './bin/io type=file contents=io' >>$@

$(BENCH_IO)/initramfs.cpio: $(BENCH_IO)/initramfs.mtree tests/bench/io/rc tests/bench/io/storage $(BUILD)/tests/io/io $(PAYLOAD_DEBS) $(GUEST_FILES) $(AGENT) \
		$(BUILD)/drover
	$(BUILD)/drover initramfs $< $(PAYLOAD_DEBS:%=--deb %) --modules guest/modules.txt --search-path tests/bench/io \
		--search-path $(BUILD)/tests/io --search-path guest --search-path $(dir $(AGENT)) -o $@

$(BENCH_IO)/payload/payload.json: $(PAYLOAD)/packages/linux.deb $(BENCH_IO)/initramfs.cpio $(BUILD)/drover
	$(BUILD)/drover payload --deb $< --initrd $(BENCH_IO)/initramfs.cpio -o $(@D) >$(BENCH_IO)/payload.log

# The native client, which loads its disk and its network as it is told on its console.
NATIVE_OBJECTS := $(patsubst %.c,$(BENCH_IO)/native/%.o,$(notdir $(wildcard tests/bench/io/*.c)))
NATIVE_DEVICES := $(patsubst %,$(BUILD)/target/$(BENCH_CONFIG)/devices/%.o,lib/console network/connection)

$(BENCH_IO)/native/%.o: tests/bench/io/%.c $(wildcard tests/bench/io/*.h) $(DEVICE_HEADERS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(BENCH_CONFIG)) $(DEVICE_CFLAGS) -Idevices/network -c -o $@ $<

$(BENCH_IO)/native/native.elf: $(NATIVE_OBJECTS) $(NATIVE_DEVICES) $(BUILD)/target/$(BENCH_CONFIG)/libmicrokit.a
	$(TARGET_LD) $(TARGET_LDFLAGS) -Tlibmicrokit/microkit.ld -o $@ $^

$(BENCH_IO)/native/composed/compose.json: $(BENCH_IO)/native/native.elf

.SECONDARY: $(BENCH_IO_SYSTEMS:%=$(BENCH_IO)/%/composed/compose.json)

$(BENCH_IO)/%/composed/compose.json: tests/bench/io/%.json $(BENCH_IO)/payload/payload.json $(BUILD)/drover \
		$(SDK)/board/$(BENCH_BOARD)/board.dtb $(SDK)/board/$(BENCH_BOARD)/board.json \
		$(SDK)/board/$(BENCH_BOARD)/$(BENCH_CONFIG)/.stamp
	@mkdir -p $(@D)
	DROVER_SDK=$(SDK) $(BUILD)/drover compose --board $(BENCH_BOARD) --config $(BENCH_CONFIG) --payload $(BENCH_IO)/payload --vms $< \
		--search-path $(BENCH_IO)/$* -o $(@D) \
		>$(BENCH_IO)/$*/compose.log

$(BENCH_IO)/%/system.img: $(BENCH_IO)/%/composed/compose.json
	$(call build_image,$(<D)/composed.system,--board $(BENCH_BOARD) --config $(BENCH_CONFIG) --search-path $(@D))

# Where the VMM counts the bytes that it copies.
BENCH_VMM := $(SDK)/board/$(BENCH_BOARD)/$(BENCH_CONFIG)/elf/vmm.elf

$(BENCH_IO)/copied.o: tests/bench/copied/offset.c $(wildcard libvmm/generic/*) $(LIBVMM_HEADERS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(BENCH_CONFIG)) -mgeneral-regs-only -Ilibmicrokit/include -Ilibvmm/include -Ilibvmm/generic \
		-Idevices/include -c -o $@ $<

$(BENCH_IO)/copied.symbols: $(BENCH_IO)/copied.o $(SDK)/board/$(BENCH_BOARD)/$(BENCH_CONFIG)/.stamp
	llvm-nm --print-size $(BENCH_VMM) $< >$@
