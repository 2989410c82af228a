# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of libvmm on a platform of their own (tests/unit/libvmm/).

LIBVMM_TESTS := vgic_test vgic_state_test vgic_smp_test virq_test psci_test smccc_test linux_image_test fault_test \
                exception_test guest_test guest_restart_test pci_quiet_test guest_table_test generic_vmm_test virtio_queue_test virtio_device_test virtio_page_test virtio_console_test \
                virtio_entropy_test pci_test

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

define libvmm_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(LIBVMM_HOST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS)
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach test,$(LIBVMM_TESTS),$(eval $(call libvmm_test,$(test))))

GUEST_TABLE_BUILD        := tests/unit/guest_table_build.c
guest_table_test_SOURCES += $(GUEST_TABLE_BUILD)
guest_table_test_DEPENDS += tests/unit/guest_table_build.h
fault_test_SOURCES       += $(GUEST_TABLE_BUILD)
fault_test_DEPENDS       += tests/unit/guest_table_build.h
generic_vmm_test_SOURCES += $(GUEST_TABLE_BUILD) $(wildcard libvmm/generic/*.c)
generic_vmm_test_DEPENDS += tests/unit/guest_table_build.h
