# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover graph`: tests/graph holds their systems and what graphviz is asked about them.

GRAPH_TESTS := graph_test graph_board_test graph_layout_test graph_compose_test
$(eval $(call tool_tests,$(GRAPH_TESTS),tests/graph,tests/graph/picture.c tests/unit/diag_capture.c tests/unit/tree_build.c))
$(foreach test,$(GRAPH_TESTS),$(eval $(test)_DEPENDS += $(BUILD)/drover))

graph_compose_test_SOURCES += tests/explain/made_up.c
graph_compose_test_CFLAGS  += -iquote tests/explain
graph_compose_test_DEPENDS += tests/explain/made_up.h tests/explain/board.dts
