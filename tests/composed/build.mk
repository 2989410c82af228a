# SPDX-License-Identifier: BSD-2-Clause
#
# Composed systems: two driver VMs on one board (build/tests/composed/pair/driver_vm.img), each with devices of its
# own; one of two vCPUs that starts again, time after time; and that of examples/composed which owns the Odroid C4's eMMC and nothing else.

PAIR := $(BUILD)/tests/composed/pair

$(eval $(call composed_rules,$(PAIR),qemu_virt_aarch64,tests/composed/pair.json))

SYSTEM_TESTS          += composed_pair
composed_pair_SOURCES := tests/composed/pair.c
composed_pair_DEPENDS := $(PAIR)/driver_vm.img

RESTART := $(BUILD)/tests/composed/restart

$(eval $(call composed_rules,$(RESTART),qemu_virt_aarch64,tests/composed/restart.json))

SYSTEM_TESTS             += composed_restart
composed_restart_SOURCES := tests/composed/restart.c
composed_restart_DEPENDS := $(RESTART)/driver_vm.img

SYSTEM_TESTS          += composed_emmc
composed_emmc_SOURCES := tests/composed/emmc.c
composed_emmc_DEPENDS := $(COMPOSED)/odroidc4/driver_vm.img $(QEMU_ODROIDC4)

# What is made of a small serving system, byte by byte.
SUITES += 'composed-golden=tests/composed/golden $(BUILD)'
SUITE_DEPENDS += $(BUILD)/drover sdk
