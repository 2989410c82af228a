# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the device tree as a graph.

$(eval $(call tool_fuzzer,devtree_fuzz,))
