# SPDX-License-Identifier: BSD-2-Clause
#
# Two composed driver VMs on one board, each with devices of its own: build/tests/composed/pair/driver_vm.img.

PAIR := $(BUILD)/tests/composed/pair

$(eval $(call composed_rules,$(PAIR),qemu_virt_aarch64,tests/composed/pair.json))

SYSTEM_TESTS          += composed_pair
composed_pair_SOURCES := tests/composed/pair.c
composed_pair_DEPENDS := $(PAIR)/driver_vm.img
