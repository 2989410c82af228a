# SPDX-License-Identifier: BSD-2-Clause
#
# hello: one PD that prints a line, on each board.

$(foreach board,$(BOARDS),$(eval $(call example_rules,hello,$(board),debug)))
