# SPDX-License-Identifier: BSD-2-Clause
#
# hierarchy: a parent PD that handles the faults of its child.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,hierarchy,$(board),debug)))
