# SPDX-License-Identifier: BSD-2-Clause
#
# The tree is what QEMU gives its guests, without the random seeds that it would put in, and corrected by
# corrections.dts.

PLATFORM_qemu_virt_aarch64 := QEMU_ARM_VIRT

$(SDK)/board/qemu_virt_aarch64/board.dtb: boards/qemu_virt_aarch64/build.mk boards/qemu_virt_aarch64/corrections.dts
	@mkdir -p $(@D)
	qemu-system-aarch64 -machine virt,virtualization=on,gic-version=2,dtb-randomness=off,dumpdtb=$(@D)/qemu.dtb \
		-cpu cortex-a53 -m 2G -nographic -nic none
	dtc -q -I dtb -O dts -o $(@D)/board.dts $(@D)/qemu.dtb
	cat boards/qemu_virt_aarch64/corrections.dts >>$(@D)/board.dts
	dtc -q -I dts -O dtb -o $@ $(@D)/board.dts
	rm $(@D)/qemu.dtb $(@D)/board.dts
