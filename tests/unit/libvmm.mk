# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of libvmm on a platform of their own (tests/unit/libvmm/).

LIBVMM_TESTS := vgic_test vgic_state_test virq_test psci_test smccc_test linux_image_test fault_test \
                exception_test guest_test

LIBVMM_HOST_SOURCES := $(wildcard libvmm/src/*.c) tests/unit/libvmm/fake.c
LIBVMM_HOST_CFLAGS  := -Itests/unit/libvmm -Ilibvmm/src -Ilibvmm/include
LIBVMM_HOST_DEPENDS := $(shell find libvmm tests/unit/libvmm -name '*.h')

define libvmm_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(LIBVMM_HOST_SOURCES)
$(1)_CFLAGS  := $(LIBVMM_HOST_CFLAGS)
$(1)_DEPENDS := $(LIBVMM_HOST_DEPENDS)
endef
$(foreach test,$(LIBVMM_TESTS),$(eval $(call libvmm_test,$(test))))
