# SPDX-License-Identifier: BSD-2-Clause
#
# The block server between a virtualiser and an agent, both of which the input plays.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

FUZZERS += block_server_fuzz
block_server_fuzz_SOURCES := tests/fuzz/block_server_fuzz.c tests/unit/libvmm/block_rig.c $(LIBVMM_HOST_SOURCES)
block_server_fuzz_CFLAGS  := $(LIBVMM_HOST_CFLAGS) -Itests/unit
block_server_fuzz_DEPENDS := $(LIBVMM_HOST_DEPENDS)
