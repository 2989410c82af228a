# SPDX-License-Identifier: BSD-2-Clause
#
# The host program: build/drover. Each cmd_*.c is a sub-command's command line; what it does stands in a folder of
# its own, and what all share beside them.

TOOL_FOLDERS := $(patsubst %/,%,$(sort $(dir $(wildcard tool/*.c tool/*/*.c))))
TOOL_SOURCES := $(wildcard tool/*.c tool/*/*.c)
TOOL_HEADERS := $(wildcard tool/*.h tool/*/*.h include/drover/*.h devices/include/sddf/*/*.h)
# -iquote: libelf's own <elf.h> must not find ours. devices/include: the configurations that `drover compose` writes.
TOOL_CFLAGS  := $(addprefix -iquote ,$(TOOL_FOLDERS)) -Idevices/include $(shell xml2-config --cflags)
TOOL_LIBS    := -lxml2 -lelf -lfdt -ljson-c -larchive -lext2fs -lcom_err -lm

$(BUILD)/tool/%.o: tool/%.c $(TOOL_HEADERS)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(TOOL_CFLAGS) -c -o $@ $<

$(BUILD)/drover: $(TOOL_SOURCES:tool/%.c=$(BUILD)/tool/%.o)
	$(HOST_CC) -o $@ $^ $(TOOL_LIBS)

# The same as a library for tests, which take out of it what they call and bring what they replace, such as diag.c:
# build/tests/tool_sanitized.a, and build/tests/tool_fuzzed.a for fuzzers.
TOOL_SANITIZED := $(BUILD)/tests/tool_sanitized.a
TOOL_FUZZED    := $(BUILD)/tests/tool_fuzzed.a

# $(call tool_library,NAME,FLAGS)
define tool_library
$(BUILD)/tests/$(1)/%.o: tool/%.c $(TOOL_HEADERS)
	@mkdir -p $$(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(2) $(TOOL_CFLAGS) -c -o $$@ $$<

$(BUILD)/tests/$(1).a: $(patsubst tool/%.c,$(BUILD)/tests/$(1)/%.o,$(filter-out tool/main.c,$(TOOL_SOURCES)))
	rm -f $$@
	$(TARGET_AR) rcsD $$@ $$^
endef
$(eval $(call tool_library,tool_sanitized,$(SANITIZE)))
$(eval $(call tool_library,tool_fuzzed,-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all))

# Builds the image $@ of a system, and audits it against its description: a finding is a failure.
#     $(call build_image,SYSTEM,OPTIONS)  board, configuration, search path and macros among the options
define build_image
DROVER_SDK=$(SDK) $(BUILD)/drover build $(1) $(2) -o $@ -r $(@D)/report.txt
DROVER_SDK=$(SDK) $(BUILD)/drover audit $@ --system $(1) $(2) >$(@D)/audit.txt 2>&1 || { cat $(@D)/audit.txt; exit 1; }
endef
