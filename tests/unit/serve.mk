# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the block server of libvmm/serve, with an agent of the test's own.

BLOCK_SERVER_TESTS := block_server_test block_kill_test

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

define block_server_test_lists
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c tests/unit/libvmm/block_rig.c $(LIBVMM_HOST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS)
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS) tests/unit/libvmm/block_rig.h
endef
$(foreach test,$(BLOCK_SERVER_TESTS),$(eval $(call block_server_test_lists,$(test))))
