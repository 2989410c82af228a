# SPDX-License-Identifier: BSD-2-Clause
#
# Builds this example: each C file is a program, the .system file says which protection domains run
# them. `make`, then boot build/loader.img. The variables below can be given on the command line;
# TOOLCHAIN is llvm (clang and ld.lld) or gcc (aarch64-linux-gnu-gcc).

MICROKIT_SDK    ?= $(abspath $(dir $(lastword $(MAKEFILE_LIST)))../..)
MICROKIT_BOARD  ?= qemu_virt_aarch64
MICROKIT_CONFIG ?= debug
MICROKIT_FLAGS  ?=
BUILD_DIR       ?= build
TOOLCHAIN       ?= llvm

BOARD_DIR := $(MICROKIT_SDK)/board/$(MICROKIT_BOARD)/$(MICROKIT_CONFIG)
SYSTEM    := $(wildcard *.system)
PROGRAMS  := $(patsubst %.c,$(BUILD_DIR)/%.elf,$(wildcard *.c))

ifeq ($(TOOLCHAIN),gcc)
CC := aarch64-linux-gnu-gcc -fno-pie -fno-stack-protector -mno-outline-atomics
LD := aarch64-linux-gnu-ld
else
CC := clang --target=aarch64-none-elf
LD := ld.lld
endif

# A program that never touches the FP registers never pays for them.
CFLAGS  := -std=gnu11 -O2 -g -Wall -ffreestanding -mstrict-align -mgeneral-regs-only -I$(BOARD_DIR)/include
LDFLAGS := --gc-sections -z noexecstack -L$(BOARD_DIR)/lib -T$(BOARD_DIR)/lib/microkit.ld

$(BUILD_DIR)/loader.img: $(SYSTEM) $(PROGRAMS)
	$(MICROKIT_SDK)/bin/microkit $(SYSTEM) --board $(MICROKIT_BOARD) --config $(MICROKIT_CONFIG) \
		--search-path $(BUILD_DIR) --search-path . -o $@ -r $(BUILD_DIR)/report.txt $(MICROKIT_FLAGS)

$(BUILD_DIR)/%.elf: $(BUILD_DIR)/%.o
	$(LD) $(LDFLAGS) -o $@ $< -lmicrokit

$(BUILD_DIR)/%.o: %.c $(wildcard *.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

.PHONY: clean
clean:
	rm -rf $(BUILD_DIR)
