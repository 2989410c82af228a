# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers: libFuzzer with ASan and UBSan, run for a short bounded time in `make test`. Each area
# lists its own in tests/fuzz/AREA.mk, as tests/unit/build.mk does:
#     FUZZERS += name
#     name_SOURCES, name_CFLAGS, name_LIBS; seeds in tests/fuzz/corpus/name/

FUZZERS :=
include $(filter-out tests/fuzz/build.mk,$(wildcard tests/fuzz/*.mk))

define fuzzer_rule
$(BUILD)/tests/fuzz/$(1): $($(1)_SOURCES) $(wildcard include/drover/*.h) $($(1)_DEPENDS)
	@mkdir -p $$(@D)
	$(HOST_CC) $(HOST_CFLAGS) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $($(1)_CFLAGS) -o $$@ $($(1)_SOURCES) $($(1)_LIBS)
endef
$(foreach fuzzer,$(FUZZERS),$(eval $(call fuzzer_rule,$(fuzzer))))

.PHONY: fuzzers
fuzzers: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
