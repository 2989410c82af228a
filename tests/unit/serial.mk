# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the serial class: its programs over tests/unit/devices in place of libmicrokit.

ifndef DEVICE_HOST_CFLAGS
include tests/unit/devices/host.mk
endif

# $(call serial_test,NAME,SOURCES)
define serial_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(2)
$(1)_CFLAGS  := $(DEVICE_HOST_CFLAGS) -Idevices/serial
$(1)_DEPENDS := $(DEVICE_HOST_DEPENDS)
endef

$(eval $(call serial_test,serial_queue_test,))
$(eval $(call serial_test,serial_line_test,devices/serial/line.c))
