# SPDX-License-Identifier: BSD-2-Clause
#
# libvmm as unit tests and fuzzers compile it for the host: over the platform of this directory.

LIBVMM_HOST_SOURCES := $(wildcard libvmm/src/*.c) tests/unit/libvmm/fake.c
LIBVMM_HOST_CFLAGS  := -Itests/unit/libvmm -Ilibvmm/src -Ilibvmm/include -Ilibmicrokit/include
LIBVMM_HOST_DEPENDS := $(shell find libvmm tests/unit/libvmm -name '*.h')
