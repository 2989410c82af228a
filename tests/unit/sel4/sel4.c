/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The model behind sel4.h, after the seL4 reference manual: "vCPU" and "Faults".
 */
#include "sel4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform.h"

#define CONTEXT_WORDS (sizeof(seL4_UserContext) / sizeof(seL4_Word))

char microkit_name[NAME_SIZE] = "VMM";

struct sel4_vcpu sel4_vcpus[SEL4_VCPU_COUNT];
unsigned sel4_irq_ack_count;

static seL4_UserContext contexts[SEL4_VCPU_COUNT];
static seL4_Word message[4];

static void rule(bool is_kept, const char *text)
{
    if (!is_kept) {
        fprintf(stderr, "seL4: %s\n", text);
        abort();
    }
}

/* ---- What the kernel offers ---- */

static unsigned vcpu_of(seL4_Word tcb)
{
    rule(tcb >= BASE_VM_TCB_CAP && tcb - BASE_VM_TCB_CAP < SEL4_VCPU_COUNT, "no such TCB");
    return (unsigned)(tcb - BASE_VM_TCB_CAP);
}

int seL4_TCB_ReadRegisters(seL4_Word tcb, int suspend, uint8_t flags, seL4_Word count,
                           seL4_UserContext *regs)
{
    rule(suspend == seL4_False && flags == 0 && count == CONTEXT_WORDS, "ReadRegisters");
    *regs = contexts[vcpu_of(tcb)];
    memset(message, 0xee, sizeof message); /* they carried the registers */
    return seL4_NoError;
}

int seL4_TCB_WriteRegisters(seL4_Word tcb, int resume, uint8_t flags, seL4_Word count,
                            seL4_UserContext *regs)
{
    rule(resume == seL4_False && flags == 0 && count == CONTEXT_WORDS, "WriteRegisters");
    contexts[vcpu_of(tcb)] = *regs;
    memset(message, 0xee, sizeof message);
    return seL4_NoError;
}

uint64_t microkit_mr_get(uint8_t mr)
{
    return message[mr];
}

uint64_t microkit_msginfo_get_label(microkit_msginfo msginfo)
{
    return MSGINFO_LABEL(msginfo);
}

void microkit_irq_ack(microkit_channel channel)
{
    rule(channel == SEL4_CHANNEL, "no such interrupt channel");
    sel4_irq_ack_count++;
}

void microkit_notify(microkit_channel channel)
{
    (void)channel;
    rule(false, "there is nobody to notify");
}

void microkit_vcpu_restart(microkit_child vcpu, uint64_t entry)
{
    contexts[vcpu].pc = entry;
    sel4_vcpus[vcpu].is_running = true;
}

void microkit_vcpu_stop(microkit_child vcpu)
{
    sel4_vcpus[vcpu].is_running = false;
}

void microkit_vcpu_arm_inject_irq(microkit_child vcpu, uint16_t irq, uint8_t priority,
                                  uint8_t group, uint8_t index)
{
    rule(irq < 1024 && priority < 32 && group < 2 && index < 4, "InjectIRQ: RangeError");
    struct sel4_list_register *list = sel4_vcpus[vcpu].list;
    rule(!list[index].is_used, "InjectIRQ: DeleteFirst");
    for (unsigned i = 0; i < 4; i++) {
        rule(!list[i].is_used || list[i].intid != irq, "one INTID in two list registers");
    }
    list[index] = (struct sel4_list_register){
        .is_used = true, .intid = irq, .priority = priority, .group = group};
}

void microkit_vcpu_arm_ack_vppi(microkit_child vcpu, seL4_Word irq)
{
    rule(irq == 27, "AckVPPI");
    sel4_vcpus[vcpu].timer_ack_count++;
}

seL4_Word microkit_vcpu_arm_read_reg(microkit_child vcpu, seL4_Word reg)
{
    rule(reg < seL4_VCPUReg_Num, "ReadRegs");
    return sel4_vcpus[vcpu].registers[reg];
}

void microkit_vcpu_arm_write_reg(microkit_child vcpu, seL4_Word reg, seL4_Word value)
{
    rule(reg < seL4_VCPUReg_Num, "WriteRegs");
    sel4_vcpus[vcpu].registers[reg] = value;
}

void microkit_dbg_putc(int c)
{
    (void)c;
}

void microkit_dbg_puts(const char *s)
{
    (void)s;
}

void microkit_dbg_put32(uint32_t x)
{
    (void)x;
}

/* ---- The machine below it ---- */

static seL4_Word *general(unsigned vcpu, unsigned index)
{
    seL4_UserContext *of = &contexts[vcpu];
    seL4_Word *const registers[] = {
        &of->x0,  &of->x1,  &of->x2,  &of->x3,  &of->x4,  &of->x5,  &of->x6,  &of->x7,  &of->x8,
        &of->x9,  &of->x10, &of->x11, &of->x12, &of->x13, &of->x14, &of->x15, &of->x16, &of->x17,
        &of->x18, &of->x19, &of->x20, &of->x21, &of->x22, &of->x23, &of->x24, &of->x25, &of->x26,
        &of->x27, &of->x28, &of->x29, &of->x30, &of->pc,  &of->sp,
    };
    return registers[index];
}

uint64_t sel4_register(unsigned vcpu, unsigned index)
{
    return *general(vcpu, index);
}

void sel4_register_set(unsigned vcpu, unsigned index, uint64_t value)
{
    *general(vcpu, index) = value;
}

int sel4_take(unsigned vcpu)
{
    const struct sel4_list_register *list = sel4_vcpus[vcpu].list;
    int best = -1;
    for (int i = 0; i < 4; i++) {
        if (list[i].is_used && !list[i].is_active &&
            (best < 0 || list[i].priority < list[best].priority)) {
            best = i;
        }
    }
    if (best >= 0) {
        sel4_vcpus[vcpu].list[best].is_active = true;
    }
    return best;
}

unsigned sel4_used_count(unsigned vcpu)
{
    unsigned count = 0;
    for (unsigned i = 0; i < 4; i++) {
        count += sel4_vcpus[vcpu].list[i].is_used;
    }
    return count;
}

void sel4_reset(void)
{
    memset(sel4_vcpus, 0, sizeof sel4_vcpus);
    memset(contexts, 0, sizeof contexts);
    sel4_irq_ack_count = 0;
}

void sel4_message_set(const seL4_Word mr[4])
{
    memcpy(message, mr, sizeof message);
}
