# SPDX-License-Identifier: BSD-2-Clause
#
# domains: a schedule that gives each domain its slice of time.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,domains,$(board),debug)))
