# SPDX-License-Identifier: BSD-2-Clause
#
# Composed driver VMs: build/examples/composed/BOARD/driver_vm.img. What is given on a board stands in
# BOARD.json; everything else is worked out by `drover compose`, which writes into BOARD/composed.

COMPOSED        := $(BUILD)/examples/composed
COMPOSED_CONFIG := debug
COMPOSED_BOARDS := $(basename $(notdir $(wildcard examples/composed/*.json)))

# The payload of all of them: Debian's kernel out of its package, and our initramfs.
$(COMPOSED)/payload/payload.json: $(PAYLOAD)/packages/linux.deb $(PAYLOAD_INITRD) $(BUILD)/drover
	@mkdir -p $(COMPOSED)
	$(BUILD)/drover payload --deb $< --initrd $(PAYLOAD_INITRD) -o $(@D) >$(COMPOSED)/payload.log

define composed_rules
$(COMPOSED)/$(1)/composed/compose.json: examples/composed/$(1).json $(COMPOSED)/payload/payload.json $(BUILD)/drover \
		$(SDK)/board/$(1)/board.dtb $(SDK)/board/$(1)/board.json $(SDK)/board/$(1)/$(COMPOSED_CONFIG)/.stamp
	@mkdir -p $(COMPOSED)/$(1)
	DROVER_SDK=$(SDK) $(BUILD)/drover compose --board $(1) --payload $(COMPOSED)/payload --vms $$< -o $$(@D) \
		>$(COMPOSED)/$(1)/compose.log

$(COMPOSED)/$(1)/driver_vm.img: $(COMPOSED)/$(1)/composed/compose.json
	$$(call build_image,$(COMPOSED)/$(1)/composed/composed.system,--board $(1) --config $(COMPOSED_CONFIG))
endef
$(foreach board,$(COMPOSED_BOARDS),$(eval $(call composed_rules,$(board))))

.PHONY: composed
composed: $(COMPOSED_BOARDS:%=$(COMPOSED)/%/driver_vm.img)
