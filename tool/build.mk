# SPDX-License-Identifier: BSD-2-Clause
#
# The host program: build/drover.

TOOL_SOURCES := $(wildcard tool/*.c)
TOOL_HEADERS := $(wildcard tool/*.h include/drover/*.h)
# -iquote: libelf's own <elf.h> must not find ours.
TOOL_CFLAGS  := -iquote tool $(shell xml2-config --cflags)
TOOL_LIBS    := -lxml2 -lelf -lfdt -ljson-c -larchive -lext2fs -lcom_err -lm

$(BUILD)/tool/%.o: tool/%.c $(TOOL_HEADERS)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(TOOL_CFLAGS) -c -o $@ $<

$(BUILD)/drover: $(TOOL_SOURCES:tool/%.c=$(BUILD)/tool/%.o)
	$(HOST_CC) -o $@ $^ $(TOOL_LIBS)

# Builds the image $@ of a system, and audits it against its description: a finding is a failure.
#     $(call build_image,SYSTEM,OPTIONS)  board, configuration, search path and macros among the options
define build_image
DROVER_SDK=$(SDK) $(BUILD)/drover build $(1) $(2) -o $@ -r $(@D)/report.txt
DROVER_SDK=$(SDK) $(BUILD)/drover audit $@ --system $(1) $(2) >$(@D)/audit.txt 2>&1 || { cat $(@D)/audit.txt; exit 1; }
endef
