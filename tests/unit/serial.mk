# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the serial class: its programs over tests/unit/devices in place of libmicrokit.

ifndef DEVICE_HOST_CFLAGS
include tests/unit/devices/host.mk
endif

# $(call serial_test,NAME,SOURCES): tests/unit/NAME.c with these.
# $(call serial_driver_test,UART,MODEL): the driver's test on a model.
define serial_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(2)
$(1)_CFLAGS  := $(DEVICE_HOST_CFLAGS) -Idevices/serial
$(1)_DEPENDS := $(DEVICE_HOST_DEPENDS)
endef

define serial_driver_test
$(call serial_test,serial_$(2)_test,)
serial_$(2)_test_SOURCES := tests/unit/serial_driver_test.c tests/unit/devices/$(2)_model.c $(DEVICE_HOST_SOURCES) \
                            devices/serial/driver.c devices/serial/$(1).c
endef

$(eval $(call serial_test,serial_queue_test,))
$(eval $(call serial_test,serial_line_test,devices/serial/line.c))
$(eval $(call serial_test,serial_virt_tx_test,$(DEVICE_HOST_SOURCES) $(addprefix devices/,serial/virt_tx.c serial/line.c lib/text.c)))
$(eval $(call serial_test,serial_virt_rx_test,$(DEVICE_HOST_SOURCES) $(addprefix devices/,serial/virt_rx.c lib/text.c)))
$(eval $(call serial_driver_test,pl011,pl011))
$(eval $(call serial_driver_test,meson_uart,meson))
