# SPDX-License-Identifier: BSD-2-Clause
#
# Composed driver VMs: build/examples/composed/BOARD/driver_vm.img. What is given on a board stands in
# BOARD.json; everything else is worked out by `drover compose`, which writes into BOARD/composed.

COMPOSED        := $(BUILD)/examples/composed
COMPOSED_CONFIG := debug
COMPOSED_BOARDS := $(basename $(notdir $(wildcard examples/composed/*.json)))
COMPOSED_IMAGES := $(COMPOSED_BOARDS:%=$(COMPOSED)/%/driver_vm.img)

# The payload of all of them: Debian's kernel out of its package, and our initramfs.
COMPOSED_PAYLOAD := $(COMPOSED)/payload

$(COMPOSED_PAYLOAD)/payload.json: $(PAYLOAD)/packages/linux.deb $(PAYLOAD_INITRD) $(BUILD)/drover
	@mkdir -p $(COMPOSED)
	$(BUILD)/drover payload --deb $< --initrd $(PAYLOAD_INITRD) -o $(@D) >$(COMPOSED)/payload.log

# The image of the VMs in a file: $(call composed_rules,DIRECTORY,BOARD,FILE,PROGRAM), where PROGRAM is one that is
# not the SDK's
define composed_rules
$(1)/composed/compose.json: $(3) $(4) $(COMPOSED_PAYLOAD)/payload.json $(BUILD)/drover \
		$(SDK)/board/$(2)/board.dtb $(SDK)/board/$(2)/board.json $(SDK)/board/$(2)/$(COMPOSED_CONFIG)/.stamp
	@mkdir -p $(1)
	DROVER_SDK=$(SDK) $(BUILD)/drover compose --board $(2) --payload $(COMPOSED_PAYLOAD) --vms $(3) \
		$(if $(4),--search-path $(dir $(4))) -o $$(@D) \
		>$(1)/compose.log

$(1)/driver_vm.img: $(1)/composed/compose.json
	$$(call build_image,$(1)/composed/composed.system,--board $(2) --config $(COMPOSED_CONFIG))
endef
$(foreach board,$(COMPOSED_BOARDS),$(eval $(call composed_rules,$(COMPOSED)/$(board),$(board),examples/composed/$(board).json)))

.PHONY: composed
composed: $(COMPOSED_IMAGES)
