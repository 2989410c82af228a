# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the virtio block device of libvmm.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

define virtio_block_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(LIBVMM_HOST_SOURCES) tests/unit/libvmm/virtio_block.c
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS)
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach test,virtio_block_test virtio_block_flush_test virtio_block_hostile_test,$(eval $(call virtio_block_test,$(test))))
