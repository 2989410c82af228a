# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of the block class: the virtualiser between hostile others, and partition tables.

ifndef BLK_HOST_SOURCES
include tests/unit/blk.mk
endif

define blk_fuzzer
FUZZERS += $(1)
$(1)_SOURCES := tests/fuzz/$(1).c $(BLK_HOST_SOURCES)
$(1)_CFLAGS  := $(BLK_HOST_CFLAGS)
$(1)_DEPENDS := $(BLK_HOST_DEPENDS)
$(1)_LIBS    := -lcmocka
endef
$(foreach fuzzer,blk_virt_fuzz blk_table_fuzz,$(eval $(call blk_fuzzer,$(fuzzer))))
