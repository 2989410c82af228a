# SPDX-License-Identifier: BSD-2-Clause
#
# The verbs stand under `help`. What each part builds stands in its own build.mk.

BUILD   := build
CONFIGS := debug release benchmark
BOARDS  := qemu_virt_aarch64 odroidc4 zcu102

# Host programs (the tool, the test harness).
HOST_CC     := clang
HOST_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
               -Wundef -Werror -Iinclude
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# Everything that runs on the board.
TARGET_CC     := clang --target=aarch64-none-elf
TARGET_LD     := ld.lld
TARGET_AR     := llvm-ar
TARGET_CFLAGS := -std=c11 -mcpu=cortex-a53 -mstrict-align -mno-outline-atomics -ffreestanding -fno-common -fno-stack-protector \
                 -ffunction-sections -fdata-sections -g -Wall -Wextra -Wshadow -Wmissing-prototypes \
                 -Wstrict-prototypes -Wundef -Werror -Iinclude
TARGET_LDFLAGS := --gc-sections --build-id=none -z noexecstack

# Flags by configuration: debug prints; benchmark counts cycles and lets programs count events.
CONFIG_CFLAGS_debug     := -O2 -DCONFIG_DEBUG_BUILD=1 -DCONFIG_PRINTING=1
CONFIG_CFLAGS_release   := -O2
CONFIG_CFLAGS_benchmark := -O2 -DCONFIG_BENCHMARK=1

SDK := $(BUILD)/sdk

# What Debian gives the driver VM, and the initramfs made of it (guest/build.mk).
PAYLOAD        := $(BUILD)/payload
PAYLOAD_KERNEL := $(PAYLOAD)/linux/Image
PAYLOAD_INITRD := $(BUILD)/guest/initramfs.cpio

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:
	@echo "make run        boot the driver VM example in QEMU; leave it with 'poweroff' or Ctrl-A X"
	@echo "                BOARD=odroidc4: that of the Odroid C4, on a model of the board"
	@echo "make test       run every test"
	@echo "make test-corpus  compose for every board of Debian's kernel package; docs/boards.md is its table"
	@echo "make bench      count what things cost; GUEST=FILE runs that image in place of our own guest"
	@echo "make bench-io   of that, disk and network alone"
	@echo "make sdk        lay out the SDK in $(SDK), in the shape of the Microkit's"
	@echo "make clean      remove what was built; what was downloaded stays"
	@echo "make distclean  remove that as well"

.PHONY: clean distclean
clean:
	@mkdir -p $(BUILD)
	find $(BUILD) -mindepth 1 -maxdepth 1 ! -path $(PAYLOAD) -exec rm -rf {} +

distclean:
	rm -rf $(BUILD)

# Every other goal is reached in two passes: the first installs what is missing; the second reads
# the parts' build.mk, which may ask installed packages for their flags as they are read. `V=1` shows
# the commands.
ifndef SET_UP

FORWARDED_GOALS := $(filter-out help clean distclean,$(MAKECMDGOALS))
JOBS    = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
SILENCE = $(if $(V),,--silent)

.PHONY: $(FORWARDED_GOALS) second-pass
$(FORWARDED_GOALS): second-pass
	@:

second-pass:
	@scripts/setup
	@[ ! -t 2 ] || [ -n "$(V)" ] || echo "make: building what is out of date; V=1 shows the commands" >&2
	@$(MAKE) --no-print-directory $(SILENCE) $(JOBS) SET_UP=1 $(FORWARDED_GOALS)

else

include $(wildcard */build.mk examples/*/build.mk tests/*/build.mk)
include tests/suites.mk examples/run.mk

endif
