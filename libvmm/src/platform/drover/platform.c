/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * libvmm's platform on Drover's own system calls. The only file of libvmm that makes any.
 */
#include "platform.h"

#include <microkit.h>

const struct vm_info *platform_vm_info(void)
{
    return drover_vm_info();
}

struct vcpu_page *platform_vcpu_page(unsigned vcpu)
{
    struct vcpu_page *page = drover_vcpu_page(vcpu);
    __asm__("" : "+r"(page)); /* else each field's address is worked out from nothing */
    return page;
}

/* The kernel has written the fault into the page, and takes the answer from there. */
uint64_t platform_fault_take(unsigned vcpu, uint64_t label)
{
    (void)vcpu;
    return label;
}

void platform_fault_done(unsigned vcpu)
{
    (void)vcpu;
}

bool platform_vcpu_start(unsigned vcpu, uint64_t entry)
{
    return drover_vcpu_start(vcpu, entry) == DROVER_OK;
}

void platform_vcpu_stop(unsigned vcpu)
{
    drover_vcpu_stop(vcpu);
}

void platform_vcpu_wait(unsigned vcpu)
{
    drover_vcpu_wait(vcpu);
}

uint64_t platform_vcpu_read(unsigned vcpu, enum vcpu_reg reg)
{
    uint64_t value = 0;
    drover_vcpu_read(vcpu, reg, &value);
    return value;
}

void platform_vcpu_write(unsigned vcpu, enum vcpu_reg reg, uint64_t value)
{
    drover_vcpu_write(vcpu, reg, value);
}

void platform_virq_inject(unsigned vcpu, uint32_t word)
{
    drover_virq_inject_deferred(vcpu, word);
}

/* Has the kernel do now what was left for the next wait, so that it knows all that is pending. */
static void flush_injections(unsigned vcpu)
{
    struct vcpu_page *page = drover_vcpu_page(vcpu);
    uint64_t count = page->inject_count;
    page->inject_count = 0;
    for (uint64_t i = 0; i < count; i++) {
        drover_virq_inject(vcpu, page->inject[i]);
    }
}

bool platform_can_reset_interrupts(void)
{
    return true;
}

/* An injection that was left for later may have a physical interrupt behind it, too. */
void platform_interrupts_reset(unsigned vcpu)
{
    uint64_t before;
    flush_injections(vcpu);
    drover_virq_update(vcpu, 0, VIRQ_OP_RESET, &before);
}

void platform_virq_state(unsigned vcpu, uint32_t first_intid, uint32_t *pending, uint32_t *active)
{
    flush_injections(vcpu);
    drover_virq_state(vcpu, first_intid, pending, active);
}

uint32_t platform_virq_update(unsigned vcpu, uint32_t intid_and_source, uint32_t op)
{
    uint64_t before = 0;
    flush_injections(vcpu);
    if (drover_virq_update(vcpu, intid_and_source, op, &before) != DROVER_OK) {
        return 0;
    }
    return (uint32_t)before;
}

void platform_virq_config(unsigned vcpu, uint32_t intid, uint32_t flags)
{
    drover_virq_config(vcpu, intid, flags);
}

void platform_irq_ack(unsigned channel)
{
    microkit_irq_ack(channel);
}

void platform_notify(unsigned channel)
{
    microkit_deferred_notify(channel);
}

bool platform_smc(uint64_t x[8])
{
    return drover_smc(x) == DROVER_OK;
}

uint64_t platform_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}

uint64_t platform_ticks_per_second(void)
{
    uint64_t rate;
    __asm__("mrs %0, cntfrq_el0" : "=r"(rate));
    return rate;
}

void platform_putc(char character)
{
    microkit_dbg_putc(character);
}
