# SPDX-License-Identifier: BSD-2-Clause
#
# What runs in our guests: Debian's kernel as it is, and our initramfs of a static busybox, a few of the kernel's
# modules and the scripts that stand here; and the disk on which a client VM has its root file system.

PAYLOAD_FILES := $(PAYLOAD_KERNEL) $(PAYLOAD)/busybox
PAYLOAD_DEBS  := $(PAYLOAD)/packages/linux.deb $(PAYLOAD)/packages/busybox.deb

$(PAYLOAD_DEBS) &:
	scripts/fetch-payload $(PAYLOAD)/packages

$(PAYLOAD_FILES) &: $(PAYLOAD_DEBS) scripts/unpack-payload
	scripts/unpack-payload $(PAYLOAD)/packages $(PAYLOAD)

# The device trees come with the kernel; a board's build.mk names the one it wants.
$(PAYLOAD)/linux/dtb/%.dtb: $(PAYLOAD_KERNEL)
	@test -f $@ || { echo "Debian's kernel package has no device tree $*.dtb" >&2; exit 1; }
	@touch $@

.PHONY: payload
payload: $(PAYLOAD_FILES)

GUEST_FILES := $(addprefix guest/,initramfs.mtree modules.txt checks init dhcp interrupts serve shell)

# The agent that serves a driver VM's disk: a static program, so that it needs nothing of the guest's but its kernel.
AGENT         := $(BUILD)/guest/drover-agent
AGENT_SOURCES := $(wildcard guest/agent/*.c)
AGENT_CC      := aarch64-linux-gnu-gcc
AGENT_CFLAGS  := -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wundef -Werror \
                 -Iinclude

$(AGENT): $(AGENT_SOURCES) $(wildcard guest/agent/*.h) include/drover/agent.h
	@mkdir -p $(@D)
	$(AGENT_CC) $(AGENT_CFLAGS) -static -s -Wl,--build-id=none -o $@ $(AGENT_SOURCES)

# The archive is the recipe's, file by file: same inputs, same bytes.
$(PAYLOAD_INITRD): $(PAYLOAD_DEBS) $(GUEST_FILES) $(AGENT) $(BUILD)/drover
	@mkdir -p $(@D)
	$(BUILD)/drover initramfs guest/initramfs.mtree $(PAYLOAD_DEBS:%=--deb %) --modules guest/modules.txt \
		--search-path $(dir $(AGENT)) -o $@

# The disk that a driver VM serves. Partition 1 begins with the root file system of a client VM, and has room behind it
# for tests; the others are for programs.
SERVED_DISK := $(BUILD)/guest/served.disk
ROOT_FILES  := guest/checks guest/dhcp $(wildcard guest/root/*)

# $(call served_disk_rule,DISK,PROGRAMS): with these programs in the client VM's /bin
define served_disk_rule
$(1): $(PAYLOAD)/busybox $(ROOT_FILES) guest/partitions.sfdisk guest/build.mk $(2)
	rm -rf $$@.root $$@.new
	mkdir -p $$(addprefix $$@.root/,bin dev etc proc sbin sys tmp)
	install $(PAYLOAD)/busybox $(2) $$@.root/bin
	ln -s busybox $$@.root/bin/sh
	install guest/root/init $$@.root/sbin/init
	install guest/dhcp guest/checks guest/root/shell $$@.root/etc
	truncate -s 192M $$@.new
	/sbin/sfdisk -q $$@.new <guest/partitions.sfdisk
	/sbin/mke2fs -q -t ext4 -b 4096 -L client -E root_owner=0:0,offset=1048576 -d $$@.root $$@.new 48M
	rm -rf $$@.root
	mv $$@.new $$@
endef
$(eval $(call served_disk_rule,$(SERVED_DISK),))
