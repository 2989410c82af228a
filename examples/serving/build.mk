# SPDX-License-Identifier: BSD-2-Clause
#
# A driver VM that serves its disk and its network, and who lives on them: build/examples/serving/BOARD/driver_vm.img.
# Beside it what the client VM downloads: an HTTP answer whose body ends with the SHA-256 of what is before it.

SERVING := $(BUILD)/examples/serving

$(eval $(call composed_rules,$(SERVING)/qemu_virt_aarch64,qemu_virt_aarch64,examples/serving/qemu_virt_aarch64.json))

$(SERVING)/download: examples/serving/build.mk
	@mkdir -p $(@D)
	seq 250000 >$@.body
	sha256sum $@.body | head -c 64 >$@.sum
	cat $@.body $@.sum >$@.new
	printf 'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n' $$(wc -c <$@.new) | cat - $@.new >$@
	rm $@.body $@.sum $@.new

# What its machine needs beside the image.
SERVING_DEPENDS := $(SERVING)/download $(BUILD)/guest/served.disk

.PHONY: serving
serving: $(SERVING)/qemu_virt_aarch64/driver_vm.img $(SERVING_DEPENDS)
