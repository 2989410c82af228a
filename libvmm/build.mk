# SPDX-License-Identifier: BSD-2-Clause
#
# libvmm.a for each configuration: the SDK takes it from there, and the headers from libvmm/include. And
# libvmm_sel4.a, the same on the seL4 Microkit: with the headers of Drover's compatibility layer, or with those
# of a real SDK, which stand in SEL4_INCLUDE=SDK/board/BOARD/CONFIG/include. And the generic VMM, vmm.elf, which
# is the same program on every board.

SEL4_INCLUDE ?= libmicrokit/include

LIBVMM_HEADERS := $(shell find libvmm -name '*.h') $(wildcard libmicrokit/include/*.h libmicrokit/include/sel4/*.h include/drover/*.h) \
                  $(shell find devices/include -name '*.h')

# A VMM touches the FP registers in one place only (serve/block_copy.c), so that the kernel need not switch them for
# it otherwise.
LIBVMM_CFLAGS        := -mgeneral-regs-only -flto -Ilibvmm/src -Ilibvmm/include -Idevices/include
LIBVMM_CFLAGS_drover := -Ilibmicrokit/include
LIBVMM_CFLAGS_sel4   := -isystem $(SEL4_INCLUDE) -DLIBVMM_PLATFORM_SEL4

# Frames are copied between buffers that are not aligned to each other, in normal memory.
LIBVMM_CFLAGS_net_copy := -munaligned-access

# $(call libvmm_rules,CONFIG,PLATFORM,ARCHIVE)
define libvmm_rules
$(3)_SOURCES := $(wildcard libvmm/src/*.c libvmm/src/virtio/*.c libvmm/src/serve/*.c libvmm/src/platform/*.c libvmm/src/platform/$(2)/*.c)

$(BUILD)/target/$(1)/$(3)/%.o: libvmm/src/% $(LIBVMM_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) $(LIBVMM_CFLAGS) $(LIBVMM_CFLAGS_$(2)) $$(LIBVMM_CFLAGS_$$(basename $$(notdir $$*))) -c -o $$@ $$<

# One object, optimised as a whole: a trapped access goes through several files.
$(BUILD)/target/$(1)/$(3).o: $$($(3)_SOURCES:libvmm/src/%=$(BUILD)/target/$(1)/$(3)/%.o)
	$(TARGET_LD) -r -o $$@ $$^

$(BUILD)/target/$(1)/$(3).a: $(BUILD)/target/$(1)/$(3).o
	@rm -f $$@
	$(TARGET_AR) rcsD $$@ $$^
endef
$(foreach config,$(CONFIGS),$(eval $(call libvmm_rules,$(config),drover,libvmm)))
$(foreach config,$(CONFIGS),$(eval $(call libvmm_rules,$(config),sel4,libvmm_sel4)))

# vmm.elf is linked as programs out of the tree are. On seL4 somebody has to bring the routing table: that it links
# there, too, is for tests/sel4_vmm to see.
GENERIC_VMM_SOURCES := $(wildcard libvmm/generic/*.c)

define generic_vmm_rules
$(BUILD)/target/$(1)/generic/%.o: libvmm/generic/%.c $(LIBVMM_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) -mgeneral-regs-only -Ilibmicrokit/include -Ilibvmm/include -Idevices/include -c -o $$@ $$<

$(BUILD)/target/$(1)/vmm.elf: $(GENERIC_VMM_SOURCES:libvmm/generic/%.c=$(BUILD)/target/$(1)/generic/%.o) \
		$(BUILD)/target/$(1)/libvmm.a $(BUILD)/target/$(1)/libmicrokit.a libmicrokit/microkit.ld
	$(TARGET_LD) $(TARGET_LDFLAGS) -Tlibmicrokit/microkit.ld -o $$@ $$(filter %.o %.a,$$^)
endef
$(foreach config,$(CONFIGS),$(eval $(call generic_vmm_rules,$(config))))
