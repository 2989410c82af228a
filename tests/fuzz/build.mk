# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers: libFuzzer with ASan and UBSan, run for a short bounded time in `make test`. Each area
# lists its own in tests/fuzz/AREA.mk, as tests/unit/build.mk does:
#     FUZZERS += name
#     name_SOURCES, name_CFLAGS, name_LIBS; seeds in tests/fuzz/corpus/name/
# Those of the tool are called with
#     $(eval $(call tool_fuzzer,NAME,SOURCES))
# and are tests/fuzz/NAME.c with these sources and the tool's library.

FUZZERS :=

define tool_fuzzer
FUZZERS += $(1)
$(1)_SOURCES := tests/fuzz/$(1).c $(2)
$(1)_CFLAGS  := $(TOOL_CFLAGS) -iquote tests/unit
$(1)_LIBS    := $(TOOL_FUZZED) $(TOOL_LIBS)
$(1)_DEPENDS := $(TOOL_FUZZED) $(TOOL_HEADERS)
endef

include $(filter-out tests/fuzz/build.mk,$(wildcard tests/fuzz/*.mk))

define fuzzer_rule
$(BUILD)/tests/fuzz/$(1): $($(1)_SOURCES) $(wildcard include/drover/*.h) $($(1)_DEPENDS)
	@mkdir -p $$(@D)
	$(HOST_CC) $(HOST_CFLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $($(1)_CFLAGS) -o $$@ $($(1)_SOURCES) $($(1)_LIBS)
endef
$(foreach fuzzer,$(FUZZERS),$(eval $(call fuzzer_rule,$(fuzzer))))

.PHONY: fuzzers
fuzzers: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
