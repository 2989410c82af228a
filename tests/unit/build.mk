# SPDX-License-Identifier: BSD-2-Clause
#
# Host unit tests: cmocka under ASan and UBSan. Each area lists its tests in tests/unit/AREA.mk:
#     UNIT_TESTS += name
#     name_SOURCES := tests/unit/name.c ...   (everything the test links)
#     name_CFLAGS, name_LIBS                  (optional)

UNIT_TESTS :=
include $(filter-out tests/unit/build.mk,$(wildcard tests/unit/*.mk))

define unit_test_rule
$(BUILD)/tests/unit/$(1): $($(1)_SOURCES) $(wildcard include/drover/*.h tests/unit/*.h) $($(1)_DEPENDS)
	@mkdir -p $$(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(SANITIZE) $($(1)_CFLAGS) -o $$@ $($(1)_SOURCES) $($(1)_LIBS) -lcmocka
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test_rule,$(test))))

.PHONY: unit-tests
unit-tests: $(UNIT_TESTS:%=$(BUILD)/tests/unit/%)
