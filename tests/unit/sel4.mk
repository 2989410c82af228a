# SPDX-License-Identifier: BSD-2-Clause
#
# libvmm's platform for the seL4 Microkit, under libvmm itself, on a model of seL4 (tests/unit/sel4/).

UNIT_TESTS += platform_sel4_test

platform_sel4_test_SOURCES := tests/unit/platform_sel4_test.c $(wildcard tests/unit/sel4/*.c libvmm/src/*.c \
                              libvmm/src/platform/sel4/*.c)
platform_sel4_test_CFLAGS  := -DLIBVMM_PLATFORM_SEL4 -Itests/unit/sel4 -Ilibmicrokit/include -Ilibvmm/src -Ilibvmm/include
platform_sel4_test_DEPENDS := $(shell find libvmm tests/unit/sel4 -name '*.h')
