# SPDX-License-Identifier: BSD-2-Clause
#
# Systems of programs that measure who runs when: build/tests/sched/NAME.img.

SCHED         := $(BUILD)/tests/sched
SCHED_BOARD   := qemu_virt_aarch64
SCHED_CONFIG  := debug
SCHED_SYSTEMS := turns period passive domains control
SCHED_PDS     := $(patsubst tests/sched/pd/%.c,%,$(wildcard tests/sched/pd/*.c))

$(SCHED)/%.o: tests/sched/pd/%.c tests/sched/pd/stats.h $(call pd_depends,$(SCHED_BOARD),$(SCHED_CONFIG))
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(SCHED_BOARD),$(SCHED_CONFIG)) -c -o $@ $<

$(SCHED)/%.elf: $(SCHED)/%.o
	$(TARGET_LD) $(call pd_ldflags,$(SCHED_BOARD),$(SCHED_CONFIG)) -o $@ $< -lmicrokit

$(SCHED)/%.img: tests/sched/%.system $(SCHED_PDS:%=$(SCHED)/%.elf) $(BUILD)/drover \
		$(SDK)/board/$(SCHED_BOARD)/board.dtb $(SDK)/board/$(SCHED_BOARD)/board.json
	$(call build_image,$<,--board $(SCHED_BOARD) --config $(SCHED_CONFIG) --search-path $(@D))

# What only a benchmark kernel can.
SCHED_USAGE     := $(SCHED)/benchmark
SCHED_USAGE_PDS := $(patsubst tests/sched/benchmark/%.c,%,$(wildcard tests/sched/benchmark/*.c))

$(SCHED_USAGE)/%.o: tests/sched/benchmark/%.c $(call pd_depends,$(SCHED_BOARD),benchmark)
	@mkdir -p $(@D)
	$(TARGET_CC) $(call pd_cflags,$(SCHED_BOARD),benchmark) -c -o $@ $<

$(SCHED_USAGE)/%.elf: $(SCHED_USAGE)/%.o
	$(TARGET_LD) $(call pd_ldflags,$(SCHED_BOARD),benchmark) -o $@ $< -lmicrokit

$(SCHED)/usage.img: tests/sched/benchmark/usage.system $(SCHED_USAGE_PDS:%=$(SCHED_USAGE)/%.elf) $(BUILD)/drover \
		$(SDK)/board/$(SCHED_BOARD)/board.dtb $(SDK)/board/$(SCHED_BOARD)/board.json
	$(call build_image,$<,--board $(SCHED_BOARD) --config benchmark --search-path $(SCHED_USAGE))

SYSTEM_TESTS  += sched
sched_SOURCES := tests/sched/run.c tests/sched/record.c
sched_CFLAGS  := -Itests/sched
sched_DEPENDS := $(SCHED_SYSTEMS:%=$(SCHED)/%.img) $(SCHED)/usage.img
