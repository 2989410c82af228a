# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of what a guest can do to its VMM, on the platform of tests/unit/libvmm.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

define libvmm_fuzzer
FUZZERS += $(1)
$(1)_SOURCES := tests/fuzz/$(1).c $(LIBVMM_HOST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS) -Itests/unit
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach fuzzer,vmm_vgic_fuzz vmm_fault_fuzz vmm_image_fuzz vmm_table_fuzz,$(eval $(call libvmm_fuzzer,$(fuzzer))))

# A guest that drives a virtio device.
define virtio_fuzzer
$(eval $(call libvmm_fuzzer,$(1)))
$(1)_SOURCES += tests/fuzz/virtio_guest.c
$(1)_DEPENDS += tests/fuzz/virtio_guest.h
endef
$(foreach fuzzer,vmm_virtio_fuzz vmm_console_fuzz vmm_block_fuzz vmm_pci_fuzz,$(eval $(call virtio_fuzzer,$(fuzzer))))
