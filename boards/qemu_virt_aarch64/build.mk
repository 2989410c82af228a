# SPDX-License-Identifier: BSD-2-Clause
#
# The tree is what QEMU gives its guests, without the random seeds that it would put in.

PLATFORM_qemu_virt_aarch64 := QEMU_ARM_VIRT

$(SDK)/board/qemu_virt_aarch64/board.dtb: boards/qemu_virt_aarch64/build.mk
	@mkdir -p $(@D)
	qemu-system-aarch64 -machine virt,virtualization=on,gic-version=2,dtb-randomness=off,dumpdtb=$@ \
		-cpu cortex-a53 -m 2G -nographic -nic none
