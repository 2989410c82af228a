# SPDX-License-Identifier: BSD-2-Clause
#
# The corpus of bad system descriptions: build/tests/bad/run runs `drover build` on each of them.

BAD_SOURCES := tests/bad/run.c tests/bad/corpus.c

$(BUILD)/tests/bad/run: $(BAD_SOURCES) tests/bad/corpus.h
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -DBUILD_DIR='"$(BUILD)"' -o $@ $(BAD_SOURCES)

# The programs that descriptions name, in build/tests/bad/programs.
$(BUILD)/tests/bad/make-programs: tests/bad/programs.c tests/unit/elf_build.c tests/unit/elf_build.h
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -iquote tests/unit -o $@ tests/bad/programs.c tests/unit/elf_build.c

$(BUILD)/tests/bad/programs/.stamp: $(BUILD)/tests/bad/make-programs
	@mkdir -p $(@D)
	$< $(@D)
	@touch $@

.PHONY: bad-tests
bad-tests: $(BUILD)/tests/bad/run $(BUILD)/tests/bad/programs/.stamp $(BUILD)/drover sdk
