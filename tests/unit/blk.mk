# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the block class (tests/unit/blk: what is around its programs).

ifndef DEVICE_HOST_CFLAGS
include tests/unit/devices/host.mk
endif

BLK_HOST_SOURCES := tests/unit/blk/rig.c $(DEVICE_HOST_SOURCES) $(BLK_VIRT_SOURCES)
BLK_HOST_CFLAGS  := $(DEVICE_HOST_CFLAGS) -Idevices/blk -Itests/unit
BLK_HOST_DEPENDS := $(DEVICE_HOST_DEPENDS) $(wildcard tests/unit/blk/*.h)

define blk_test
UNIT_TESTS += $(1)
$(1)_SOURCES := tests/unit/$(1).c $(BLK_HOST_SOURCES)
$(1)_CFLAGS  := $(BLK_HOST_CFLAGS)
$(1)_DEPENDS := $(BLK_HOST_DEPENDS)
endef
$(eval $(call blk_test,blk_virt_test))
$(eval $(call blk_test,blk_table_test))
