# SPDX-License-Identifier: BSD-2-Clause
#
# `make run`: the systems of QEMU's virt board, or of the one that BOARD names.
BOARD ?= qemu_virt_aarch64

ifneq ($(filter run,$(MAKECMDGOALS)),)
ifeq ($(filter $(BOARD),$(BOARDS)),)
$(error BOARD is "$(BOARD)"; the boards are: $(BOARDS))
endif
endif

# What is booted on a board, and what that needs.
run_DEPENDS_qemu_virt_aarch64 := $(SERVING)/qemu_virt_aarch64/driver_vm.img $(SERVING_DEPENDS)
run_DEPENDS_zcu102            := $(COMPOSED)/zcu102/driver_vm.img
run_DEPENDS_odroidc4          := $(QEMU_ODROIDC4) $(DRIVER_VM)/odroidc4/driver_vm.img $(COMPOSED)/odroidc4/driver_vm.img

$(BUILD)/examples/run: examples/run.c $(SYSTEM_HARNESS) $(wildcard tests/system/*.h)
	@mkdir -p $(@D)
	$(HOST_CC) $(SYSTEM_CFLAGS) -o $@ examples/run.c $(SYSTEM_HARNESS)

.PHONY: run
run: $(BUILD)/examples/run $(run_DEPENDS_$(BOARD))
	@$(BUILD)/examples/run $(BOARD)
