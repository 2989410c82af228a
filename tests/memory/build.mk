# SPDX-License-Identifier: BSD-2-Clause
#
# libmicrokit's memory functions on the board: build/tests/memory/memory.img.

MEMORY_DIR    := $(BUILD)/tests/memory
MEMORY_BOARD  := qemu_virt_aarch64
MEMORY_CONFIG := debug

$(MEMORY_DIR)/memory.o: tests/memory/pd.c $(call pd_depends,$(MEMORY_BOARD),$(MEMORY_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(MEMORY_BOARD),$(MEMORY_CONFIG)) -c -o $@ $<

$(MEMORY_DIR)/memory.elf: $(MEMORY_DIR)/memory.o
	$(TARGET_LD) $(call pd_ldflags,$(MEMORY_BOARD),$(MEMORY_CONFIG)) -o $@ $< -lmicrokit

$(MEMORY_DIR)/memory.img: tests/memory/memory.system $(MEMORY_DIR)/memory.elf $(BUILD)/drover \
		$(SDK)/board/$(MEMORY_BOARD)/board.dtb $(SDK)/board/$(MEMORY_BOARD)/board.json
	$(call build_image,$<,--board $(MEMORY_BOARD) --config $(MEMORY_CONFIG) --search-path $(@D))

SYSTEM_TESTS   += memory
memory_SOURCES := tests/memory/run.c
memory_DEPENDS := $(MEMORY_DIR)/memory.img
