# SPDX-License-Identifier: BSD-2-Clause
#
# The tree is the one in Debian's kernel package, corrected by corrections.dts.

PLATFORM_zcu102 := ZYNQMP

$(SDK)/board/zcu102/board.dtb: $(PAYLOAD)/linux/dtb/xilinx/zynqmp-zcu102-rev1.0.dtb boards/zcu102/corrections.dts
	@mkdir -p $(@D)
	dtc -q -I dtb -O dts -o $(@D)/board.dts $<
	cat boards/zcu102/corrections.dts >>$(@D)/board.dts
	dtc -q -I dts -O dtb -o $@ $(@D)/board.dts
	rm $(@D)/board.dts
