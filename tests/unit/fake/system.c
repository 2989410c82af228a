/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Entries into the kernel and exits from it, as entry.S makes them. See system.h.
 */
#include "system.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "timer.h"

struct system the_system;

/* Where an entry ends that leaves nobody to run. */
static jmp_buf way_out;

/* init.c, and entry.S of the architecture layer. */
_Noreturn void kernel_main(const struct manifest *manifest, struct cpu *cpu);
_Noreturn void thread_start(struct thread *thread, struct cpu *cpu);
struct frame *thread_aarch64_switch(struct thread *next, struct cpu *cpu);

void arch_wait_for_interrupt(void)
{
    if (!gic_is_signalled()) {
        the_system.is_idle = true;
        longjmp(way_out, 1);
    }
}

void thread_start(struct thread *thread, struct cpu *cpu)
{
    thread_aarch64_switch(thread, cpu);
    longjmp(way_out, 1);
}

void system_check(void)
{
    const char *broken = invariant_broken();

    if (broken == NULL) {
        broken = gic_mistake;
    }
    if (broken != NULL) {
        system_fail(broken);
    }
}

/* As entry.S leaves: only a switch stores the old thread's PC, PSTATE and stack. */
static void leave(struct thread *next)
{
    struct thread *old = the_system.cpu.current;

    if (next != old) {
        old->frame->pc = fake_sysregs.elr_el2;
        old->frame->pstate = fake_sysregs.spsr_el2;
        old->frame->sp_el0 = fake_sysregs.sp_el0;
        if (the_system.cpu.on_switch != 0) {
            next = thread_aarch64_prepare(next, &the_system.cpu);
        }
        thread_aarch64_switch(next, &the_system.cpu);
    }
}

void system_enter(struct thread *(*handler)(struct cpu *cpu, uint64_t esr), uint64_t esr)
{
    if (setjmp(way_out) == 0) {
        struct thread *next = handler(&the_system.cpu, esr);
        the_system.is_idle = false;
        leave(next);
    }
    system_check();
}

/* ---- Boot ---- */

static uint32_t table_copy(uint32_t *end, const void *table, size_t size)
{
    uint32_t offset = *end;

    if (offset + size > FAKE_MANIFEST_SIZE) {
        abort();
    }
    if (size != 0) {
        memcpy(machine.manifest + offset, table, size);
    }
    *end += (uint32_t)((size + 7) / 8 * 8);
    return offset;
}

#define TABLE_COPY(name)                                                                           \
    manifest->name##_count = from->name##_count;                                                   \
    manifest->name##_offset =                                                                      \
        table_copy(&end, from->name##s, from->name##_count * sizeof *from->name##s)

static const struct manifest *manifest_write(const struct description *from)
{
    struct manifest *manifest = (struct manifest *)(void *)machine.manifest;
    uint32_t end = sizeof *manifest;

    *manifest = (struct manifest){
        .magic = MANIFEST_MAGIC,
        .version = MANIFEST_VERSION,
        .board = "fake",
        .gic_version = 2,
        .irq_lines = from->irq_lines != 0 ? from->irq_lines : GIC_LINE_COUNT,
        .uart_type = UART_PL011,
        .uart_va = KERNEL_UART_VA,
        .timer_irq = 26,
        .vtimer_irq = 27,
        .ptimer_irq = 30,
        .maintenance_irq = 25,
        .object_size = machine.object_size,
    };
    TABLE_COPY(pd);
    TABLE_COPY(vcpu);
    TABLE_COPY(channel);
    TABLE_COPY(irq);
    TABLE_COPY(map);
    TABLE_COPY(slot);
    TABLE_COPY(schedule);
    manifest->size = end;
    return manifest;
}

void system_boot(const struct description *from)
{
    uint32_t lines = from->irq_lines != 0 ? from->irq_lines : GIC_LINE_COUNT;

    memset(&the_system, 0, sizeof the_system);
    timer_stop();
    machine_reset(from->list_reg_count != 0 ? from->list_reg_count : 4,
                  from->pd_count * sizeof(struct pd) + from->vcpu_count * sizeof(struct vcpu) +
                      lines * sizeof(struct irq_route));
    the_system.pds = machine.objects;
    the_system.vcpus = (struct vcpu *)(the_system.pds + from->pd_count);
    the_system.pd_count = from->pd_count;
    the_system.vcpu_count = from->vcpu_count;
    if (setjmp(way_out) == 0) {
        kernel_main(manifest_write(from), &the_system.cpu);
    }
    system_check();
}

void system_boot_idle(const struct description *description)
{
    system_boot(description);
    while (running() != NULL) {
        pd_wait((unsigned)(pd_of(running()) - the_system.pds));
    }
}

/* ---- Entries ---- */

struct thread *running(void)
{
    return the_system.is_idle ? NULL : the_system.cpu.current;
}

static void expect_running(const struct thread *thread)
{
    if (running() != thread) {
        system_fail("another thread runs than the test expects");
    }
}

void system_exception(uint64_t esr)
{
    fake_sysregs.esr_el2 = esr;
    system_enter(exception_sync, esr);
}

uint64_t pd_call(unsigned pd, uint64_t number, uint64_t x0, uint64_t x1, uint64_t x2)
{
    uint64_t *x = PD(pd)->frame.x;

    expect_running(&PD(pd)->thread);
    x[0] = x0;
    x[1] = x1;
    x[2] = x2;
    system_exception((uint64_t)ESR_EC_SVC << 26 | number);
    return x[0];
}

void pd_wait(unsigned pd)
{
    pd_call(pd, SYS_WAIT, DEFERRED_NONE, 0, 0);
}

void pd_answer(unsigned pd)
{
    pd_call(pd, SYS_REPLY_WAIT, DEFERRED_NONE, 0, 0);
}

void vcpu_wfi(unsigned vcpu)
{
    expect_running(&VCPU(vcpu)->thread);
    system_exception((uint64_t)ESR_EC_WFX << 26 | ESR_IL);
}

/* The idle loop goes on where it left the kernel. */
static struct thread *idle(struct cpu *cpu, uint64_t esr)
{
    (void)esr;
    return sched_block_slow(cpu, NULL);
}

void system_interrupts(void)
{
    while (gic_is_signalled()) {
        system_enter(the_system.is_idle ? idle : exception_irq, 0);
    }
}

void device_raise(uint32_t intid)
{
    gic.level[intid] = true;
    system_interrupts();
}

void device_lower(uint32_t intid)
{
    gic.level[intid] = false;
}

void device_pulse(uint32_t intid)
{
    gic_pulse(intid);
    system_interrupts();
}

void system_time(uint64_t now)
{
    fake_sysregs.cntpct_el0 = now;
    system_interrupts();
}
