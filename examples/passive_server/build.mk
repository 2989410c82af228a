# SPDX-License-Identifier: BSD-2-Clause
#
# passive_server: a server on the time of its clients.

$(foreach board,$(EXAMPLE_MACHINES),$(eval $(call example_rules,passive_server,$(board),debug)))
