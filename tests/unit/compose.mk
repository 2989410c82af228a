# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of `drover compose`. They have dtc make their trees.

COMPOSE_TESTS := compose_test compose_guest_test
UNIT_TESTS    += $(COMPOSE_TESTS)

define compose_test_variables
$(1)_SOURCES := tests/unit/$(1).c tests/unit/compose_build.c tests/unit/tree_text.c tests/unit/diag_capture.c \
                $(filter-out tool/main.c tool/cmd_%.c tool/diag.c,$(wildcard tool/*.c))
$(1)_CFLAGS  := -iquote tool -iquote tests/unit $(shell xml2-config --cflags)
$(1)_LIBS    := -lxml2 -lelf -lfdt -ljson-c
$(1)_DEPENDS := $(wildcard tool/*.h)
endef
$(foreach test,$(COMPOSE_TESTS),$(eval $(call compose_test_variables,$(test))))
