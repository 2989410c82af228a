# SPDX-License-Identifier: BSD-2-Clause
#
# The corpus of bad system descriptions: build/tests/bad/run runs `drover build` on each of them.

BAD_SOURCES := tests/bad/run.c tests/bad/corpus.c

$(BUILD)/tests/bad/run: $(BAD_SOURCES) tests/bad/corpus.h
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -DBUILD_DIR='"$(BUILD)"' -o $@ $(BAD_SOURCES)

.PHONY: bad-tests
bad-tests: $(BUILD)/tests/bad/run $(BUILD)/drover sdk
