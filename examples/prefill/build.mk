# SPDX-License-Identifier: BSD-2-Clause
#
# prefill: a memory region out of a file.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,prefill,$(board),debug)))
