# SPDX-License-Identifier: BSD-2-Clause
#
# libmicrokit.a for each configuration. The SDK takes it, the headers and the linker script from there.

LIBMICROKIT_SOURCES := $(wildcard libmicrokit/src/*.c libmicrokit/src/*.S)
LIBMICROKIT_HEADERS := $(wildcard libmicrokit/include/*.h libmicrokit/include/*/*.h libmicrokit/src/*.h include/drover/*.h)

define libmicrokit_rules
$(BUILD)/target/$(1)/libmicrokit/%.o: libmicrokit/src/% $(LIBMICROKIT_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) -mgeneral-regs-only -Ilibmicrokit/include -c -o $$@ $$<

$(BUILD)/target/$(1)/libmicrokit.a: $(LIBMICROKIT_SOURCES:libmicrokit/src/%=$(BUILD)/target/$(1)/libmicrokit/%.o)
	@rm -f $$@
	$(TARGET_AR) rcsD $$@ $$^
endef
$(foreach config,$(CONFIGS),$(eval $(call libmicrokit_rules,$(config))))
