# SPDX-License-Identifier: BSD-2-Clause
#
# The host program: build/drover.

TOOL_SOURCES := $(wildcard tool/*.c)
TOOL_HEADERS := $(wildcard tool/*.h include/drover/*.h)
# -iquote: libelf's own <elf.h> must not find ours.
TOOL_CFLAGS  := -iquote tool $(shell xml2-config --cflags)
TOOL_LIBS    := -lxml2 -lelf -lfdt -ljson-c -lm

$(BUILD)/tool/%.o: tool/%.c $(TOOL_HEADERS)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(TOOL_CFLAGS) -c -o $@ $<

$(BUILD)/drover: $(TOOL_SOURCES:tool/%.c=$(BUILD)/tool/%.o)
	$(HOST_CC) -o $@ $^ $(TOOL_LIBS)
