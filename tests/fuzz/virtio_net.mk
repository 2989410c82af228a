# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of libvmm's network device: what a guest says of a frame, and the device between hostile
# guests and other ends.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

define virtio_net_fuzzer
FUZZERS += $(1)
$(1)_SOURCES := tests/fuzz/$(1).c $(LIBVMM_HOST_SOURCES) tests/unit/libvmm/virtio_net.c tests/unit/libvmm/net_frame_build.c
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS) -Itests/unit
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach fuzzer,vmm_net_frame_fuzz vmm_net_fuzz,$(eval $(call virtio_net_fuzzer,$(fuzzer))))
