# SPDX-License-Identifier: BSD-2-Clause
#
# The tree is the one in Debian's kernel package.

PLATFORM_odroidc4 := ODROIDC4

$(SDK)/board/odroidc4/board.dtb: $(PAYLOAD)/linux/dtb/amlogic/meson-sm1-odroid-c4.dtb
	@mkdir -p $(@D)
	cp $< $@
