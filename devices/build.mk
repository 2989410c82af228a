# SPDX-License-Identifier: BSD-2-Clause
#
# Device classes: virtualisers and native drivers, programs that a system description names. Each class
# lists its own in devices/CLASS/build.mk with
#     $(eval $(call device_program,NAME,SOURCES))
# which is $(BUILD)/target/CONFIG/devices/NAME.elf in each configuration, and in the SDK board/BOARD/CONFIG/elf/NAME.elf.
# The headers that clients share with them are in devices/include, which the SDK has as devices/include.

DEVICE_PROGRAMS :=
DEVICE_HEADERS  := $(shell find devices -name '*.h') $(wildcard libmicrokit/include/*.h libmicrokit/include/sel4/*.h include/drover/*.h)
DEVICE_CFLAGS   := -mgeneral-regs-only -Ilibmicrokit/include -Idevices/include -Idevices/lib

define device_object_rule
$(BUILD)/target/$(1)/devices/%.o: devices/%.c $(DEVICE_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) $(DEVICE_CFLAGS) -c -o $$@ $$<
endef
$(foreach config,$(CONFIGS),$(eval $(call device_object_rule,$(config))))

# Linked as programs out of the tree are.
#   $(call device_program_rule,NAME,SOURCES,CONFIG)
define device_program_rule
$(BUILD)/target/$(3)/devices/$(1).elf: $(patsubst devices/%.c,$(BUILD)/target/$(3)/devices/%.o,$(2)) \
		$(BUILD)/target/$(3)/libmicrokit.a libmicrokit/microkit.ld
	$(TARGET_LD) $(TARGET_LDFLAGS) -Tlibmicrokit/microkit.ld -o $$@ $$(filter %.o %.a,$$^)
endef

define device_program
DEVICE_PROGRAMS += $(1)
$(foreach config,$(CONFIGS),$(eval $(call device_program_rule,$(1),$(2),$(config))))
endef

include $(wildcard devices/*/build.mk)
