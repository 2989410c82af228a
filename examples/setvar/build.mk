# SPDX-License-Identifier: BSD-2-Clause
#
# setvar: numbers of the system description as variables of the program.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,setvar,$(board),debug)))
