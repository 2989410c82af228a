# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover graph`: tests/graph holds their systems and what graphviz is asked about them.

GRAPH_TEST_SOURCES := tests/graph/picture.c tests/unit/diag_capture.c \
                      $(filter-out tool/main.c tool/cmd_%.c tool/diag.c,$(wildcard tool/*.c))
GRAPH_TEST_CFLAGS  := -iquote tool -iquote tests/graph -iquote tests/unit $(shell xml2-config --cflags) \
                      -DBUILD_DIR='"$(BUILD)"'
GRAPH_TEST_LIBS    := -lxml2 -lelf -lfdt -ljson-c
GRAPH_TEST_DEPENDS := $(wildcard tool/*.h tests/graph/*.h)

UNIT_TESTS += graph_test graph_layout_test
graph_test_SOURCES        := tests/graph/graph_test.c $(GRAPH_TEST_SOURCES)
graph_test_CFLAGS         := $(GRAPH_TEST_CFLAGS)
graph_test_LIBS           := $(GRAPH_TEST_LIBS)
graph_test_DEPENDS        := $(GRAPH_TEST_DEPENDS)
graph_layout_test_SOURCES := tests/graph/graph_layout_test.c $(GRAPH_TEST_SOURCES)
graph_layout_test_CFLAGS  := $(GRAPH_TEST_CFLAGS)
graph_layout_test_LIBS    := $(GRAPH_TEST_LIBS)
graph_layout_test_DEPENDS := $(GRAPH_TEST_DEPENDS) $(BUILD)/drover
