# SPDX-License-Identifier: BSD-2-Clause
#
# Boards that Debian's QEMU does not have: build/boards/BOARD/qemu-system-aarch64 is a QEMU with our model of
# the board and nothing else.

QEMU_ODROIDC4 := $(BUILD)/boards/odroidc4/qemu-system-aarch64

$(QEMU_ODROIDC4): $(wildcard tests/boards/odroidc4/build-qemu tests/boards/odroidc4/qemu/*)
	tests/boards/odroidc4/build-qemu $@
