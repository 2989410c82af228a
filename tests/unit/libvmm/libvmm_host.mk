# SPDX-License-Identifier: BSD-2-Clause
#
# libvmm as unit tests and fuzzers compile it for the host: over the platform of this directory.

LIBVMM_HOST_SOURCES := $(wildcard libvmm/src/*.c libvmm/src/virtio/*.c libvmm/src/serve/*.c) tests/unit/libvmm/fake.c tests/unit/libvmm/virtio_driver.c
LIBVMM_HOST_CFLAGS  := -Itests/unit/libvmm -Ilibvmm/src -Ilibvmm/include -Ilibmicrokit/include -Idevices/include
LIBVMM_HOST_DEPENDS := $(shell find libvmm devices/include tests/unit/libvmm -name '*.h')
