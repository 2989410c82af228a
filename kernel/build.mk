# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel for each configuration: build/target/CONFIG/kernel.elf. One link-time-optimised whole, so
# that small files cost nothing on the paths that matter.

KERNEL_SOURCES := $(wildcard kernel/*.c kernel/aarch64/*.c kernel/aarch64/*.S kernel/drivers/*.c)
KERNEL_HEADERS := $(wildcard kernel/*.h kernel/aarch64/*.h kernel/drivers/*.h include/drover/*.h)
# What runs when programs talk is optimised for speed, the rest for size.
KERNEL_FAST    := irq pd ready sched syscall vcpu aarch64/thread_aarch64
# No frame pointers: nothing in the kernel follows them.
KERNEL_CFLAGS  := -mgeneral-regs-only -fomit-frame-pointer -ffixed-x18 -flto -fno-unroll-loops -fno-vectorize -Ikernel -Ikernel/aarch64

define kernel_rules
$(BUILD)/target/$(1)/kernel/%.o: kernel/% $(KERNEL_HEADERS)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) $(CONFIG_CFLAGS_$(1)) $(KERNEL_CFLAGS) $$(if $$(filter $$*,$(KERNEL_FAST:=.c)),,-Oz) -c -o $$@ $$<

$(BUILD)/target/$(1)/kernel.elf: $(KERNEL_SOURCES:kernel/%=$(BUILD)/target/$(1)/kernel/%.o) kernel/kernel.ld
	$(TARGET_LD) $(TARGET_LDFLAGS) -T kernel/kernel.ld -o $$@ $$(filter %.o,$$^)
endef
$(foreach config,$(CONFIGS),$(eval $(call kernel_rules,$(config))))
