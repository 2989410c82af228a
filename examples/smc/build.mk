# SPDX-License-Identifier: BSD-2-Clause
#
# smc: a PD that may call the firmware.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,smc,$(board),debug)))
