# SPDX-License-Identifier: BSD-2-Clause
#
# cspace: a PD with a right to the thread of another.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,cspace,$(board),debug)))
