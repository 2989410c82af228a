# SPDX-License-Identifier: BSD-2-Clause
#
# Eight clients of one disk, and eight of one network, at once: build/tests/crowd/driver_vm.img, and its disk,
# with a root file system for each client VM: the one that tests/serving has.

CROWD      := $(BUILD)/tests/crowd
CROWD_DISK := $(CROWD)/served.disk
CROWD_ROOT := $(BUILD)/tests/serving/served.disk

# The native client.
CROWD_OBJECTS := $(patsubst tests/crowd/client/%.c,$(CROWD)/client/%.o,$(wildcard tests/crowd/client/*.c))

$(CROWD)/client/%.o: tests/crowd/client/%.c tests/crowd/client/client.h tests/crowd/layout.h $(DEVICE_HEADERS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(COMPOSED_CONFIG)) $(DEVICE_CFLAGS) -iquote tests/crowd -c -o $@ $<

$(CROWD)/crowd_client.elf: $(CROWD_OBJECTS) $(BUILD)/target/$(COMPOSED_CONFIG)/devices/lib/console.o \
		$(BUILD)/target/$(COMPOSED_CONFIG)/libmicrokit.a
	$(TARGET_LD) $(TARGET_LDFLAGS) -Tlibmicrokit/microkit.ld -o $@ $^

$(eval $(call composed_rules,$(CROWD),qemu_virt_aarch64,tests/crowd/crowd.json,$(CROWD)/crowd_client.elf))

$(CROWD_DISK): $(CROWD_ROOT) tests/crowd/crowd.sfdisk
	@mkdir -p $(@D)
	rm -f $@.new
	truncate -s 192M $@.new
	/sbin/sfdisk -q $@.new <tests/crowd/crowd.sfdisk
	for start in 1 65; do \
	    dd if=$(CROWD_ROOT) of=$@.new bs=1M skip=1 seek=$$start count=48 conv=notrunc,sparse status=none || exit 1; \
	done
	mv $@.new $@

SYSTEM_TESTS  += crowd
crowd_SOURCES := $(wildcard tests/crowd/*.c)
crowd_CFLAGS  := -iquote tests/crowd
crowd_DEPENDS := $(CROWD)/driver_vm.img $(CROWD_DISK) $(SERVING)/download
