# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the device tree as a graph. They have dtc make their trees.

$(eval $(call tool_tests,devtree_test devtree_irq_test devclass_test,tests/unit,tests/unit/tree_text.c tests/unit/diag_capture.c))
