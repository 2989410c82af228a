# SPDX-License-Identifier: BSD-2-Clause
#
# libvmm's platform for the seL4 Microkit, under libvmm itself, on a model of seL4 (tests/unit/sel4/).

SEL4_TESTS := platform_sel4_test platform_sel4_walk_test

define sel4_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(wildcard tests/unit/sel4/*.c libvmm/src/*.c libvmm/src/virtio/*.c libvmm/src/platform/sel4/*.c)
$(1)_CFLAGS  := -DLIBVMM_PLATFORM_SEL4 -Itests/unit/sel4 -Ilibmicrokit/include -Ilibvmm/src -Ilibvmm/include -Idevices/include
$(1)_DEPENDS := $(shell find libvmm tests/unit/sel4 -name '*.h')
endef
$(foreach test,$(SEL4_TESTS),$(eval $(call sel4_test,$(test))))
