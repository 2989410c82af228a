# SPDX-License-Identifier: BSD-2-Clause
#
# Systems of programs that print at once: build/tests/lines/NAME.img.

LINES         := $(BUILD)/tests/lines
LINES_BOARD   := qemu_virt_aarch64
LINES_CONFIG  := debug
LINES_SYSTEMS := turns pauses
LINES_PDS     := $(patsubst tests/lines/pd/%.c,%,$(wildcard tests/lines/pd/*.c))

$(LINES)/%.o: tests/lines/pd/%.c $(call pd_depends,$(LINES_BOARD),$(LINES_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(LINES_BOARD),$(LINES_CONFIG)) -c -o $@ $<

$(LINES)/%.elf: $(LINES)/%.o
	$(TARGET_LD) $(call pd_ldflags,$(LINES_BOARD),$(LINES_CONFIG)) -o $@ $< -lmicrokit

$(LINES)/%.img: tests/lines/%.system $(LINES_PDS:%=$(LINES)/%.elf) $(BUILD)/drover \
		$(SDK)/board/$(LINES_BOARD)/board.dtb $(SDK)/board/$(LINES_BOARD)/board.json
	$(call build_image,$<,--board $(LINES_BOARD) --config $(LINES_CONFIG) --search-path $(@D))

SYSTEM_TESTS  += lines
lines_SOURCES := tests/lines/run.c
lines_DEPENDS := $(LINES_SYSTEMS:%=$(LINES)/%.img)
