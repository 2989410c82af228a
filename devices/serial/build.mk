# SPDX-License-Identifier: BSD-2-Clause
#
# The serial class: virtualisers of output and of input, and the drivers of two UARTs.

$(eval $(call device_program,serial_virt_tx,$(addprefix devices/,serial/virt_tx.c serial/line.c lib/text.c)))
$(eval $(call device_program,serial_virt_rx,$(addprefix devices/,serial/virt_rx.c lib/text.c)))
$(eval $(call device_program,serial_driver_pl011,$(addprefix devices/serial/,driver.c pl011.c)))
$(eval $(call device_program,serial_driver_meson,$(addprefix devices/serial/,driver.c meson_uart.c)))
