# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover graph`: tests/graph holds their systems and what graphviz is asked about them.

GRAPH_TESTS := graph_test graph_board_test graph_layout_test graph_compose_test
UNIT_TESTS  += $(GRAPH_TESTS)

define graph_test_variables
$(1)_SOURCES := tests/graph/$(1).c tests/graph/picture.c tests/unit/diag_capture.c tests/unit/tree_build.c \
                $(filter-out tool/main.c tool/cmd_%.c tool/diag.c,$(wildcard tool/*.c))
$(1)_CFLAGS  := -iquote tool -iquote tests/graph -iquote tests/unit $(shell xml2-config --cflags) \
                -DBUILD_DIR='"$(BUILD)"'
$(1)_LIBS    := $(TOOL_LIBS)
$(1)_DEPENDS := $(wildcard tool/*.h tests/graph/*.h) $(BUILD)/drover
endef
$(foreach test,$(GRAPH_TESTS),$(eval $(call graph_test_variables,$(test))))

graph_compose_test_SOURCES += tests/explain/made_up.c
graph_compose_test_CFLAGS  += -iquote tests/explain
graph_compose_test_DEPENDS += tests/explain/made_up.h tests/explain/board.dts
