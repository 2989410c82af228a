# SPDX-License-Identifier: BSD-2-Clause
#
# The generic VMM on libvmm's platform for seL4, as far as the linker: it asks for nothing that only Drover
# has.

VMM_SEL4        := $(BUILD)/tests/vmm_sel4
VMM_SEL4_BOARD  := qemu_virt_aarch64
VMM_SEL4_CONFIG := debug

$(VMM_SEL4)/vmm.elf: $(GENERIC_VMM_SOURCES) tests/vmm_sel4/routing_table.c \
		$(BUILD)/target/$(VMM_SEL4_CONFIG)/libvmm_sel4.a $(call pd_depends,$(VMM_SEL4_BOARD),$(VMM_SEL4_CONFIG))
	@mkdir -p $(@D)
	for source in $(filter %.c,$^); do \
	    $(TARGET_CC) $(call pd_cflags,$(VMM_SEL4_BOARD),$(VMM_SEL4_CONFIG)) -DLIBVMM_PLATFORM_SEL4 \
	        -c -o $(@D)/$$(basename $$source .c).o $$source || exit 1; \
	done
	$(TARGET_LD) $(call pd_ldflags,$(VMM_SEL4_BOARD),$(VMM_SEL4_CONFIG)) -o $@ \
		$(patsubst %.c,$(@D)/%.o,$(notdir $(filter %.c,$^))) $(filter %.a,$^) -lmicrokit

SUITE_DEPENDS += $(VMM_SEL4)/vmm.elf
