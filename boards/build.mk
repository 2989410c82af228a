# SPDX-License-Identifier: BSD-2-Clause
#
# The boards' part of the SDK: board/BOARD/board.dtb, the board's device tree, and board.json, the few
# facts that a tree cannot say. Each board says in its build.mk where its tree comes from, and its PLATFORM_BOARD: what
# seL4 calls it (CONFIG_PLAT_*).

include $(BOARDS:%=boards/%/build.mk)

$(SDK)/board/%/board.json: boards/%/board.json
	@mkdir -p $(@D)
	cp $< $@
