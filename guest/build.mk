# SPDX-License-Identifier: BSD-2-Clause
#
# What runs in the driver VM: Debian's kernel as it is, and our initramfs of a static busybox, a few
# of the kernel's modules and the scripts that stand here.

PAYLOAD_FILES := $(PAYLOAD_KERNEL) $(PAYLOAD)/busybox $(PAYLOAD)/linux/modules/order
PAYLOAD_DEBS  := $(PAYLOAD)/packages/linux.deb $(PAYLOAD)/packages/busybox.deb

$(PAYLOAD_DEBS) &:
	scripts/fetch-payload $(PAYLOAD)/packages

$(PAYLOAD_FILES) &: $(PAYLOAD_DEBS) guest/modules.txt scripts/unpack-payload
	scripts/unpack-payload $(PAYLOAD)/packages guest/modules.txt $(PAYLOAD)

# The device trees come with the kernel; a board's build.mk names the one it wants.
$(PAYLOAD)/linux/dtb/%.dtb: $(PAYLOAD_KERNEL)
	@test -f $@ || { echo "Debian's kernel package has no device tree $*.dtb" >&2; exit 1; }
	@touch $@

.PHONY: payload
payload: $(PAYLOAD_FILES)

GUEST_FILES := $(addprefix guest/,initramfs.mtree init dhcp interrupts shell)

# The archive is the recipe's, file by file: same inputs, same bytes.
$(PAYLOAD_INITRD): $(PAYLOAD_FILES) $(GUEST_FILES) guest/build.mk
	@mkdir -p $(@D)
	sed 's|@PAYLOAD@|$(PAYLOAD)|' guest/initramfs.mtree >$(@D)/initramfs.mtree
	for file in order $$(cat $(PAYLOAD)/linux/modules/order); do \
	    echo "./lib/modules/$$file type=file mode=0644 contents=$(PAYLOAD)/linux/modules/$$file"; \
	done >>$(@D)/initramfs.mtree
	bsdtar --format=newc -cf $@ @$(@D)/initramfs.mtree
