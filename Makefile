# SPDX-License-Identifier: BSD-2-Clause
#
# The verbs: run, test, bench, sdk, help, clean. What each part builds stands in its own build.mk.

BUILD   := build
CONFIGS := debug release
BOARDS  := qemu_virt_aarch64 odroidc4

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

# Flags by configuration: debug prints, release does not.
CONFIG_CFLAGS_debug   := -O2 -DCONFIG_DEBUG_BUILD=1 -DCONFIG_PRINTING=1
CONFIG_CFLAGS_release := -O2

SDK := $(BUILD)/sdk

.DEFAULT_GOAL := help

include $(wildcard */build.mk tests/*/build.mk examples/*/build.mk)

.PHONY: clean
clean:
	rm -rf $(BUILD)
