# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's system calls, exceptions and interrupts on the fake machine of tests/unit/fake.

ifndef KERNEL_FAKE_SOURCES
include tests/unit/fake/fake.mk
endif

FUZZERS += kernel_fuzz
kernel_fuzz_SOURCES := tests/fuzz/kernel_fuzz.c $(KERNEL_FAKE_SOURCES)
kernel_fuzz_CFLAGS  := $(KERNEL_FAKE_CFLAGS)
kernel_fuzz_DEPENDS := $(KERNEL_FAKE_HEADERS)
