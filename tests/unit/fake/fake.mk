# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel on the fake machine, for unit tests and fuzzers. The portable sources are compiled as
# they stand, with the fake arch.h first on the include path. Of aarch64/ the files without assembly
# come along; a quoted include would find their own arch.h, so they are compiled from copies.
# How a failure ends is the user's: fail.c or its own system_fail().

KERNEL_FAKE_AARCH64 := exception ptimer thread_aarch64 timer_aarch64 vcpu_regs
KERNEL_FAKE_COPIES  := $(KERNEL_FAKE_AARCH64:%=$(BUILD)/tests/unit/aarch64/%.c)
KERNEL_FAKE_SOURCES := $(wildcard kernel/*.c kernel/drivers/*.c) $(KERNEL_FAKE_COPIES) \
                       $(filter-out %/fail.c,$(wildcard tests/unit/fake/*.c))
KERNEL_FAKE_HEADERS := $(wildcard kernel/*.h kernel/drivers/*.h kernel/aarch64/*.h tests/unit/fake/*.h)
KERNEL_FAKE_CFLAGS  := -DCONFIG_PRINTING=1 -Itests/unit/fake -Ikernel -Ikernel/aarch64

$(KERNEL_FAKE_COPIES): $(BUILD)/tests/unit/aarch64/%.c: kernel/aarch64/%.c
	@mkdir -p $(@D)
	sed '1i #line 1 "$<"' $< >$@
