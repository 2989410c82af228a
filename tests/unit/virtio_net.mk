# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the virtio network device of libvmm: frames alone, and the device in both roles.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

VIRTIO_NET_TEST_SOURCES := tests/unit/libvmm/virtio_net.c tests/unit/libvmm/net_frame_build.c

define virtio_net_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(LIBVMM_HOST_SOURCES) $(VIRTIO_NET_TEST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS)
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach test,net_frame_test virtio_net_send_test virtio_net_receive_test virtio_net_join_test,$(eval $(call virtio_net_test,$(test))))
