# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the virtio network device of libvmm: frames alone, and the device in both roles.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

<<<<<<< HEAD
VIRTIO_NET_TEST_SOURCES := tests/unit/libvmm/virtio_net.c tests/unit/libvmm/net_frame_build.c
=======
VIRTIO_NET_TEST_SOURCES := tests/unit/libvmm/virtio_net.c tests/unit/net_frame_build.c
>>>>>>> 1a1785b (libvmm: virtio-net, for a guest that lives on a network and for one that serves it; checksums and TCP segments in one pass of copying)

define virtio_net_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(LIBVMM_HOST_SOURCES) $(VIRTIO_NET_TEST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS)
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
<<<<<<< HEAD
$(foreach test,net_frame_test virtio_net_send_test virtio_net_receive_test,$(eval $(call virtio_net_test,$(test))))
=======
$(foreach test,net_frame_test virtio_net_send_test virtio_net_receive_test virtio_net_setup_test,$(eval $(call virtio_net_test,$(test))))
>>>>>>> 1a1785b (libvmm: virtio-net, for a guest that lives on a network and for one that serves it; checksums and TCP segments in one pass of copying)
