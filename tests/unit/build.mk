# SPDX-License-Identifier: BSD-2-Clause
#
# Host unit tests: cmocka under ASan and UBSan. Each area lists its tests in tests/unit/AREA.mk:
#     UNIT_TESTS += name
#     name_SOURCES := tests/unit/name.c ...   (everything the test links)
#     name_CFLAGS, name_LIBS                  (optional)
# Those of the tool are called with
#     $(eval $(call tool_tests,NAMES,FOLDER,SOURCES))
# each is FOLDER/NAME.c with these sources and the tool's library.

UNIT_TESTS :=

define tool_tests
UNIT_TESTS += $(1)
$(foreach test,$(1),
$(test)_SOURCES := $(2)/$(test).c $(3)
$(test)_CFLAGS  := $(TOOL_CFLAGS) -iquote tests/unit -iquote $(2) -DBUILD_DIR='"$(BUILD)"'
$(test)_LIBS    := $(TOOL_SANITIZED) $(TOOL_LIBS)
$(test)_DEPENDS := $(TOOL_SANITIZED) $(wildcard $(2)/*.h)
)
endef

include $(filter-out tests/unit/build.mk,$(wildcard tests/unit/*.mk))

define unit_test_rule
$(BUILD)/tests/unit/$(1): $($(1)_SOURCES) $(wildcard include/drover/*.h tests/unit/*.h) $($(1)_DEPENDS)
	@mkdir -p $$(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(SANITIZE) $($(1)_CFLAGS) -o $$@ $($(1)_SOURCES) $($(1)_LIBS) -lcmocka
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test_rule,$(test))))

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS:%=$(BUILD)/tests/unit/%)
