# SPDX-License-Identifier: BSD-2-Clause
#
# The loader, the same for each configuration: build/target/CONFIG/loader.elf. It shares the UART
# table with the kernel.

LOADER_SOURCES := loader/start.S loader/loader.c kernel/drivers/uart.c
LOADER_CFLAGS  := -mgeneral-regs-only -fpie -fvisibility=hidden -Ikernel -Ikernel/aarch64

define loader_rules
$(BUILD)/target/$(1)/loader-objects/%.o: % $(KERNEL_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) $(LOADER_CFLAGS) -c -o $$@ $$<

$(BUILD)/target/$(1)/loader.elf: $(LOADER_SOURCES:%=$(BUILD)/target/$(1)/loader-objects/%.o) loader/loader.ld
	$(TARGET_LD) $(TARGET_LDFLAGS) -T loader/loader.ld -o $$@ $$(filter %.o,$$^)
endef
$(foreach config,$(CONFIGS),$(eval $(call loader_rules,$(config))))
