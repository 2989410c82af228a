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
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach test,$(BLOCK_SERVER_TESTS),$(eval $(call block_server_test_lists,$(test))))

block_kill_test_SOURCES += tests/unit/libvmm/block_client.c

# The agent itself, over the host's io_uring: between the server and a file, and alone.
AGENT_TEST_SOURCES := tests/unit/libvmm/agent_process.c $(filter-out guest/agent/main.c guest/agent/pool.c,$(wildcard guest/agent/*.c))
AGENT_TESTS        := agent_test agent_kill_test

define agent_test_lists
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c tests/unit/libvmm/block_rig.c tests/unit/libvmm/block_client.c $(AGENT_TEST_SOURCES) $(LIBVMM_HOST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS) -iquote guest/agent -DBUILD_DIR='"$(BUILD)"'
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS) $(wildcard guest/agent/*.h)
endef
$(foreach test,$(AGENT_TESTS),$(eval $(call agent_test_lists,$(test))))
