# SPDX-License-Identifier: BSD-2-Clause
#
# build/tests/io/io: what loads a disk or a network from within a guest, static, for any of our initramfs.

IO         := $(BUILD)/tests/io/io
IO_SOURCES := $(wildcard tests/io/*.c) guest/agent/uring.c

$(IO): $(IO_SOURCES) tests/io/io.h guest/agent/uring.h
	@mkdir -p $(@D)
	$(AGENT_CC) $(AGENT_CFLAGS) -iquote guest/agent -static -s -Wl,--build-id=none -o $@ $(IO_SOURCES)
