# SPDX-License-Identifier: BSD-2-Clause
#
# libmicrokit.a for each configuration, and the SDK's layout: `make sdk`.

LIBMICROKIT_SOURCES := $(wildcard libmicrokit/src/*.c libmicrokit/src/*.S)
LIBMICROKIT_HEADERS := $(wildcard libmicrokit/include/*.h libmicrokit/src/*.h include/drover/*.h)

define libmicrokit_rules
$(BUILD)/target/$(1)/libmicrokit/%.o: libmicrokit/src/% $(LIBMICROKIT_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) -mgeneral-regs-only -Ilibmicrokit/include -c -o $$@ $$<

$(BUILD)/target/$(1)/libmicrokit.a: $(LIBMICROKIT_SOURCES:libmicrokit/src/%=$(BUILD)/target/$(1)/libmicrokit/%.o)
	@rm -f $$@
	$(TARGET_AR) rcsD $$@ $$^
endef
$(foreach config,$(CONFIGS),$(eval $(call libmicrokit_rules,$(config))))

# What a PD is compiled and linked with, out of the SDK of a board and configuration.
#   $(call pd_cflags,BOARD,CONFIG)  $(call pd_ldflags,BOARD,CONFIG)
sdk_board   = $(SDK)/board/$(1)/$(2)
pd_cflags   = $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(2)) -mgeneral-regs-only -I$(call sdk_board,$(1),$(2))/include
pd_ldflags  = $(TARGET_LDFLAGS) -L$(call sdk_board,$(1),$(2))/lib -T$(call sdk_board,$(1),$(2))/lib/microkit.ld
pd_depends  = $(call sdk_board,$(1),$(2))/.stamp

define sdk_rules
$(SDK)/board/$(1)/$(2)/.stamp: $(BUILD)/target/$(2)/libmicrokit.a $(BUILD)/target/$(2)/libvmm.a \
		$(BUILD)/target/$(2)/kernel.elf $(BUILD)/target/$(2)/loader.elf $(LIBMICROKIT_HEADERS) \
		$(shell find libvmm/include -name '*.h') libmicrokit/microkit.ld
	@mkdir -p $$(@D)/lib $$(@D)/elf
	rm -rf $$(@D)/include
	mkdir -p $$(@D)/include/drover
	cp libmicrokit/include/*.h $$(@D)/include/
	cp include/drover/*.h $$(@D)/include/drover/
	cp -R libvmm/include/. $$(@D)/include/
	cp $(BUILD)/target/$(2)/libmicrokit.a $(BUILD)/target/$(2)/libvmm.a libmicrokit/microkit.ld $$(@D)/lib/
	cp $(BUILD)/target/$(2)/kernel.elf $(BUILD)/target/$(2)/loader.elf $$(@D)/elf/
	@touch $$@
endef
$(foreach board,$(BOARDS),$(foreach config,$(CONFIGS),$(eval $(call sdk_rules,$(board),$(config)))))

SDK_STAMPS := $(foreach board,$(BOARDS),$(foreach config,$(CONFIGS),$(SDK)/board/$(board)/$(config)/.stamp))

# The SDK: everything that a program outside this tree needs.
$(SDK)/bin/drover: $(BUILD)/drover
	@mkdir -p $(@D)
	cp $< $@

.PHONY: sdk
sdk: $(SDK_STAMPS) $(SDK)/bin/drover $(foreach board,$(BOARDS),$(SDK)/board/$(board)/board.dtb $(SDK)/board/$(board)/board.json)
	@echo "The SDK is in $(SDK): DROVER_SDK=$(abspath $(SDK))"
