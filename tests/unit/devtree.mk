# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the device tree as a graph. They have dtc make their trees.

DEVTREE_SOURCES := $(wildcard tool/devtree*.c) tool/devclass.c tool/tree.c tool/range.c tool/alloc.c tool/board.c tool/file.c \
                   tool/board_clock.c tool/board_tree.c tool/board_device.c
DEVTREE_TESTS   := devtree_test devtree_irq_test devclass_test
UNIT_TESTS      += $(DEVTREE_TESTS)

define devtree_test_variables
$(1)_SOURCES := tests/unit/$(1).c tests/unit/tree_text.c tests/unit/diag_capture.c $(DEVTREE_SOURCES)
$(1)_CFLAGS  := -iquote tool -iquote tests/unit
$(1)_LIBS    := -lfdt -ljson-c
$(1)_DEPENDS := $(wildcard tool/*.h)
endef
$(foreach test,$(DEVTREE_TESTS),$(eval $(call devtree_test_variables,$(test))))
