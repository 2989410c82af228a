# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of what clients can do to the virtualisers of the serial class.

ifndef DEVICE_HOST_CFLAGS
include tests/unit/devices/host.mk
endif

define serial_fuzzer
FUZZERS += $(1)
$(1)_SOURCES := tests/fuzz/$(1).c $(DEVICE_HOST_SOURCES) $(2)
$(1)_CFLAGS  := $(DEVICE_HOST_CFLAGS) -Idevices/serial -iquote tests/unit/devices
$(1)_DEPENDS := $(DEVICE_HOST_DEPENDS) tests/fuzz/serial_hostile.h
endef

$(eval $(call serial_fuzzer,serial_tx_fuzz,$(addprefix devices/,serial/virt_tx.c serial/line.c lib/text.c)))
$(eval $(call serial_fuzzer,serial_rx_fuzz,$(addprefix devices/,serial/virt_rx.c lib/text.c)))
