# SPDX-License-Identifier: BSD-2-Clause
#
# libvmm.a for each configuration. The SDK takes it from there, and the headers from libvmm/include.

LIBVMM_SOURCES := $(wildcard libvmm/src/*.c libvmm/src/platform/*.c libvmm/src/platform/drover/*.c)
LIBVMM_HEADERS := $(shell find libvmm -name '*.h') $(wildcard libmicrokit/include/*.h include/drover/*.h)

# A VMM never touches the FP registers, so that the kernel need not switch them for it.
LIBVMM_CFLAGS := -mgeneral-regs-only -flto -Ilibvmm/src -Ilibvmm/include -Ilibmicrokit/include

define libvmm_rules
$(BUILD)/target/$(1)/libvmm/%.o: libvmm/src/% $(LIBVMM_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) $(LIBVMM_CFLAGS) -c -o $$@ $$<

# One object, optimised as a whole: a trapped access goes through several files.
$(BUILD)/target/$(1)/libvmm.o: $(LIBVMM_SOURCES:libvmm/src/%=$(BUILD)/target/$(1)/libvmm/%.o)
	$(TARGET_LD) -r -o $$@ $$^

$(BUILD)/target/$(1)/libvmm.a: $(BUILD)/target/$(1)/libvmm.o
	@rm -f $$@
	$(TARGET_AR) rcsD $$@ $$^
endef
$(foreach config,$(CONFIGS),$(eval $(call libvmm_rules,$(config))))
