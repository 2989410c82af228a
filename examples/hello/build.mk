# SPDX-License-Identifier: BSD-2-Clause
#
# hello: one PD, on each board: build/examples/hello/BOARD/hello.img

HELLO_CONFIG := debug

define hello_rules
$(BUILD)/examples/hello/$(1)/hello.o: examples/hello/hello.c $(call pd_depends,$(1),$(HELLO_CONFIG))
	@mkdir -p $$(@D)
	$(TARGET_CC) $(call pd_cflags,$(1),$(HELLO_CONFIG)) -c -o $$@ $$<

$(BUILD)/examples/hello/$(1)/hello.elf: $(BUILD)/examples/hello/$(1)/hello.o
	$(TARGET_LD) $(call pd_ldflags,$(1),$(HELLO_CONFIG)) -o $$@ $$< -lmicrokit

$(BUILD)/examples/hello/$(1)/hello.img: examples/hello/hello.system $(BUILD)/examples/hello/$(1)/hello.elf \
		$(BUILD)/drover $(SDK)/board/$(1)/board.dtb $(SDK)/board/$(1)/board.json
	DROVER_SDK=$(SDK) $(BUILD)/drover build examples/hello/hello.system --board $(1) --config $(HELLO_CONFIG) \
		--search-path $$(@D) -o $$@ -r $$(@D)/report.txt
endef
$(foreach board,$(BOARDS),$(eval $(call hello_rules,$(board))))
