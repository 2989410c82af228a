# SPDX-License-Identifier: BSD-2-Clause
#
# Programs of the device classes as unit tests and fuzzers compile them for the host: with the headers of this
# directory in front, and fake.c in place of libmicrokit.

DEVICE_HOST_SOURCES := tests/unit/devices/fake.c
DEVICE_HOST_CFLAGS  := -Itests/unit/devices -Idevices/include -Idevices/lib
DEVICE_HOST_DEPENDS := $(shell find devices tests/unit/devices -name '*.h')
