/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel and the program around libmicrokit in its unit tests. See kernel.h.
 */
#include "kernel.h"

#include <string.h>

#include <microkit.h>

#include "vcpu.h"

struct kernel_call kernel_last;
unsigned kernel_call_count;
jmp_buf kernel_wait;
uint64_t kernel_vcpu_regs[KERNEL_VCPU_COUNT][VCPU_REG_COUNT];
struct pd_registers kernel_pd;
struct vm_info kernel_vm_info;
struct fault_call fault_calls[FAULT_CALL_MAX];
unsigned fault_call_count;
bool fault_answers[FAULT_CALL_MAX];
void (*fault_action)(void);
const char *failure;

static struct message_page message_page;
static struct vcpu_page vcpu_pages[KERNEL_VCPU_COUNT];

struct message_page *drover_message_page(void)
{
    return &message_page;
}

struct vcpu_page *drover_vcpu_page(unsigned vcpu)
{
    return &vcpu_pages[vcpu];
}

const struct vm_info *drover_vm_info(void)
{
    return &kernel_vm_info;
}

static struct drover_result vcpu_call(unsigned number, uint64_t vcpu, uint64_t reg, uint64_t value)
{
    if (vcpu >= KERNEL_VCPU_COUNT) {
        return (struct drover_result){.x0 = DROVER_ERR_CHILD};
    }
    if (number == SYS_VCPU_START || number == SYS_VCPU_STOP || number == SYS_VIRQ_CONFIG) {
        return (struct drover_result){.x0 = DROVER_OK};
    }
    if (number == SYS_VIRQ_INJECT) {
        bool is_bound = (reg & INJECT_INTID_MASK) == KERNEL_BOUND_INTID;
        return (struct drover_result){.x0 = is_bound ? DROVER_ERR_ARGUMENT : DROVER_OK};
    }
    if (reg >= VCPU_REG_COUNT) {
        return (struct drover_result){.x0 = DROVER_ERR_ARGUMENT};
    }
    if (number == SYS_VCPU_WRITE) {
        kernel_vcpu_regs[vcpu][reg] = value;
    }
    return (struct drover_result){.x0 = DROVER_OK, .x1 = kernel_vcpu_regs[vcpu][reg]};
}

static struct drover_result pd_call(unsigned number, uint64_t child, uint64_t count)
{
    if (child != KERNEL_CHILD && child != PD_SLOT(KERNEL_SLOT)) {
        return (struct drover_result){.x0 = DROVER_ERR_CHILD};
    }
    if (number == SYS_PD_READ) {
        memcpy(message_page.mr, &kernel_pd, count * sizeof(uint64_t));
    } else if (number == SYS_PD_WRITE) {
        memcpy(&kernel_pd, message_page.mr, count * sizeof(uint64_t));
    }
    return (struct drover_result){.x0 = DROVER_OK};
}

static struct drover_result benchmark_call(uint64_t op, uint64_t child)
{
    if (child != KERNEL_CHILD && child != PD_SLOT(KERNEL_SLOT) && child != BENCHMARK_SELF) {
        return (struct drover_result){.x0 = DROVER_ERR_CHILD};
    }
    for (unsigned i = 0; op == BENCHMARK_READ && i < BENCHMARK_WORD_COUNT; i++) {
        message_page.mr[i] = KERNEL_USAGE + i;
    }
    return (struct drover_result){.x0 = DROVER_OK};
}

struct drover_result kernel_call(unsigned number, uint64_t x0, uint64_t x1, uint64_t x2)
{
    if (number != SYS_VCPU_READ) {
        kernel_last = (struct kernel_call){number, x0, x1, x2};
        kernel_call_count++;
    }
    switch (number) {
    case SYS_VCPU_START:
    case SYS_VCPU_STOP:
    case SYS_VCPU_READ:
    case SYS_VCPU_WRITE:
    case SYS_VIRQ_CONFIG:
    case SYS_VIRQ_INJECT:
        return vcpu_call(number, x0, x1, x2);
    case SYS_PD_STOP:
    case SYS_PD_RESUME:
    case SYS_PD_READ:
    case SYS_PD_WRITE:
        return pd_call(number, x0, x2);
    case SYS_BENCHMARK:
        return benchmark_call(x0, x1);
    case SYS_NOTIFY:
    case SYS_IRQ_ACK:
    case SYS_CALL:
        return (struct drover_result){.x0 = x0 == KERNEL_CHANNEL ? DROVER_OK : DROVER_ERR_CHANNEL,
                                      .x1 = MSGINFO(7, 1)};
    case SYS_WAIT:
        longjmp(kernel_wait, 1);
    default:
        return (struct drover_result){.x0 = DROVER_ERR_DENIED};
    }
}

bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    struct fault_call *call = &fault_calls[fault_call_count];
    *call = (struct fault_call){.child = child, .msginfo = msginfo};
    memcpy(call->mr, message_page.mr, sizeof(call->mr));
    *reply_msginfo = 0;
    if (fault_action != NULL) {
        fault_action();
    }
    return fault_answers[fault_call_count++];
}

void microkit_dbg_putc(int c)
{
    (void)c;
}

void microkit_refused(const char *what, unsigned id)
{
    (void)id;
    failure = what;
}

void microkit_failed(const char *what, unsigned id)
{
    microkit_refused(what, id);
}

/* What the library still has in its list registers is ended, before anything is counted. */
static void list_registers_empty(void)
{
    microkit_msginfo reply;
    for (unsigned vcpu = 0; vcpu < KERNEL_VCPU_COUNT; vcpu++) {
        memset(vcpu_pages[vcpu].eoi, 0xff, sizeof(vcpu_pages[vcpu].eoi));
        fault_call_count = 0;
        microkit_vcpu_fault_deliver(vcpu, MSGINFO((uint64_t)FAULT_VGIC_MAINTENANCE, 0), &reply);
    }
}

void kernel_reset(void)
{
    fault_action = NULL;
    list_registers_empty();
    memset(&message_page, 0, sizeof(message_page));
    memset(vcpu_pages, 0, sizeof(vcpu_pages));
    memset(kernel_vcpu_regs, 0, sizeof(kernel_vcpu_regs));
    memset(&kernel_pd, 0, sizeof(kernel_pd));
    memset(fault_calls, 0, sizeof(fault_calls));
    memset(fault_answers, true, sizeof(fault_answers));
    kernel_vm_info = (struct vm_info){.gic_version = 2};
    kernel_last = (struct kernel_call){0};
    kernel_call_count = 0;
    fault_call_count = 0;
    failure = NULL;
}
