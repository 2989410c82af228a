# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's logic on the fake machine of tests/unit/fake.

ifndef KERNEL_FAKE_SOURCES
include tests/unit/fake/fake.mk
endif

KERNEL_UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/kernel_*_test.c))
UNIT_TESTS += $(KERNEL_UNIT_TESTS)

define kernel_unit_test
$(1)_SOURCES := tests/unit/$(1).c tests/unit/fake/fail.c $(KERNEL_FAKE_SOURCES)
$(1)_CFLAGS  := $(KERNEL_FAKE_CFLAGS)
$(1)_DEPENDS := $(KERNEL_FAKE_HEADERS)
endef
$(foreach test,$(KERNEL_UNIT_TESTS),$(eval $(call kernel_unit_test,$(test))))
