# SPDX-License-Identifier: BSD-2-Clause
#
# The tree is the one in Debian's kernel package.

PLATFORM_zcu102 := ZYNQMP

$(SDK)/board/zcu102/board.dtb: $(PAYLOAD)/linux/dtb/xilinx/zynqmp-zcu102-rev1.0.dtb
	@mkdir -p $(@D)
	cp $< $@
