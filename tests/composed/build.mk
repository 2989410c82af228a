# SPDX-License-Identifier: BSD-2-Clause
#
# Composed systems: two driver VMs on one board (build/tests/composed/pair/driver_vm.img), each with devices of its
# own; and that of examples/composed which owns the Odroid C4's eMMC and nothing else.

PAIR := $(BUILD)/tests/composed/pair

$(eval $(call composed_rules,$(PAIR),qemu_virt_aarch64,tests/composed/pair.json))

SYSTEM_TESTS          += composed_pair
composed_pair_SOURCES := tests/composed/pair.c
composed_pair_DEPENDS := $(PAIR)/driver_vm.img

SYSTEM_TESTS          += composed_emmc
composed_emmc_SOURCES := tests/composed/emmc.c
composed_emmc_DEPENDS := $(COMPOSED)/odroidc4/driver_vm.img $(QEMU_ODROIDC4)
