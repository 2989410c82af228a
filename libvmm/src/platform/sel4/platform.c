/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * libvmm's platform on the real seL4 Microkit (2.0 and later), written to <microkit.h> and what
 * that includes of seL4 and to nothing else. Drover's compatibility layer has the same names, so
 * that it runs there as well.
 *
 * seL4 keeps a vCPU's registers to itself: they are fetched when a fault arrives and stored when it
 * has been answered. A vCPU that waits for an interrupt cannot be made to block: it goes on, which
 * PSCI allows.
 */
#include "platform.h"

#include <microkit.h>

#include <libvmm/platform_sel4.h>

#include "esr.h"
#include "virq_sel4.h"
#include "vm_info.h"

#define CONTEXT_WORDS (sizeof(seL4_UserContext) / sizeof(seL4_Word))

/* A vCPU: its page as libvmm sees it, and what seL4 has. */
struct vcpu {
    struct vcpu_page page;
    seL4_UserContext context;
    bool is_fetched; /* the page has the registers of a fault, which are to be stored */
};

static struct vcpu vcpus[VCPU_MAX];
static const struct vm_info *routing_table;

/* ---- The routing table ---- */

bool platform_sel4_vm_info_set(const struct vm_info *info)
{
    const struct vm_info_irq *irq = vm_info_irqs(info);
    for (uint32_t i = 0; i < info->irq_count; i++) {
        if (irq[i].kind != VM_IRQ_CHANNEL) {
            microkit_dbg_puts(
                "platform_sel4_vm_info_set: seL4 routes no interrupt straight to a VM; "
                "give the VMM a channel for irq ");
            microkit_dbg_put32(irq[i].intid);
            microkit_dbg_puts("\n");
            return false;
        }
    }
    routing_table = info;
    return true;
}

const struct vm_info *platform_vm_info(void)
{
    static const struct vm_info none;
    return routing_table != NULL ? routing_table
                                 : &none; /* libvmm refuses one without the magic number */
}

/* ---- Registers ---- */

/* The order of the fields of seL4_UserContext is seL4's own. */
#define X(n) offsetof(seL4_UserContext, x##n)
static const uint16_t general_offsets[31] = {
    X(0),  X(1),  X(2),  X(3),  X(4),  X(5),  X(6),  X(7),  X(8),  X(9),  X(10),
    X(11), X(12), X(13), X(14), X(15), X(16), X(17), X(18), X(19), X(20), X(21),
    X(22), X(23), X(24), X(25), X(26), X(27), X(28), X(29), X(30),
};
#undef X

static seL4_Word *general(seL4_UserContext *context, unsigned index)
{
    return (seL4_Word *)((char *)context + general_offsets[index]);
}

static struct vcpu_page *registers_fetch(unsigned vcpu)
{
    struct vcpu_page *page = &vcpus[vcpu].page;
    seL4_UserContext *context = &vcpus[vcpu].context;
    if (seL4_TCB_ReadRegisters(BASE_VM_TCB_CAP + vcpu, seL4_False, 0, CONTEXT_WORDS, context) !=
        seL4_NoError) {
        microkit_dbg_puts("libvmm: seL4 does not tell the registers of vCPU ");
        microkit_dbg_put32(vcpu);
        microkit_dbg_puts("\n");
    }
    for (unsigned i = 0; i < 31; i++) {
        page->x[i] = *general(context, i);
    }
    page->pc = context->pc;
    page->pstate = context->spsr;
    page->sp_el0 = context->sp;
    vcpus[vcpu].is_fetched = true;
    return page;
}

/* False: seL4 refuses them. */
static bool registers_store(unsigned vcpu)
{
    const struct vcpu_page *page = &vcpus[vcpu].page;
    seL4_UserContext *context = &vcpus[vcpu].context;
    for (unsigned i = 0; i < 31; i++) {
        *general(context, i) = page->x[i];
    }
    context->pc = page->pc;
    context->spsr = page->pstate;
    context->sp = page->sp_el0;
    vcpus[vcpu].is_fetched = false;
    return seL4_TCB_WriteRegisters(BASE_VM_TCB_CAP + vcpu, seL4_False, 0, CONTEXT_WORDS, context) ==
           seL4_NoError;
}

struct vcpu_page *platform_vcpu_page(unsigned vcpu)
{
    return &vcpus[vcpu].page;
}

bool platform_vcpu_start(unsigned vcpu, uint64_t entry)
{
    vcpus[vcpu].page.pc = entry;
    if (!registers_store(vcpu)) {
        return false;
    }
    microkit_vcpu_restart(vcpu, entry);
    return true;
}

void platform_vcpu_stop(unsigned vcpu)
{
    microkit_vcpu_stop(vcpu);
}

void platform_vcpu_wait(unsigned vcpu)
{
    (void)vcpu;
}

/* ---- System registers ---- */

#define NOT_IN_VCPU                                                                                \
    (-1) /* a register that seL4 does not keep for a vCPU, or not in every version */

static int sel4_register(enum vcpu_reg reg)
{
    /* clang-format off */
    switch (reg) {
    case VCPU_REG_SCTLR_EL1: return seL4_VCPUReg_SCTLR;
    case VCPU_REG_CPACR_EL1: return seL4_VCPUReg_CPACR;
    case VCPU_REG_TTBR0_EL1: return seL4_VCPUReg_TTBR0;
    case VCPU_REG_TTBR1_EL1: return seL4_VCPUReg_TTBR1;
    case VCPU_REG_TCR_EL1: return seL4_VCPUReg_TCR;
    case VCPU_REG_MAIR_EL1: return seL4_VCPUReg_MAIR;
    case VCPU_REG_AMAIR_EL1: return seL4_VCPUReg_AMAIR;
    case VCPU_REG_CONTEXTIDR_EL1: return seL4_VCPUReg_CIDR;
    case VCPU_REG_ACTLR_EL1: return seL4_VCPUReg_ACTLR;
    case VCPU_REG_AFSR0_EL1: return seL4_VCPUReg_AFSR0;
    case VCPU_REG_AFSR1_EL1: return seL4_VCPUReg_AFSR1;
    case VCPU_REG_ESR_EL1: return seL4_VCPUReg_ESR;
    case VCPU_REG_FAR_EL1: return seL4_VCPUReg_FAR;
    case VCPU_REG_VBAR_EL1: return seL4_VCPUReg_VBAR;
    case VCPU_REG_TPIDR_EL1: return seL4_VCPUReg_TPIDR_EL1;
    case VCPU_REG_SP_EL1: return seL4_VCPUReg_SP_EL1;
    case VCPU_REG_ELR_EL1: return seL4_VCPUReg_ELR_EL1;
    case VCPU_REG_SPSR_EL1: return seL4_VCPUReg_SPSR_EL1;
    case VCPU_REG_CNTKCTL_EL1: return seL4_VCPUReg_CNTKCTL_EL1;
    case VCPU_REG_CNTV_CTL_EL0: return seL4_VCPUReg_CNTV_CTL;
    case VCPU_REG_CNTV_CVAL_EL0: return seL4_VCPUReg_CNTV_CVAL;
    case VCPU_REG_CNTVOFF_EL2: return seL4_VCPUReg_CNTVOFF;
#if defined(CONFIG_MAX_NUM_NODES) && CONFIG_MAX_NUM_NODES > 1
    case VCPU_REG_VMPIDR_EL2: return seL4_VCPUReg_VMPIDR_EL2;
#endif
    default: return NOT_IN_VCPU;
    }
    /* clang-format on */
}

uint64_t platform_vcpu_read(unsigned vcpu, enum vcpu_reg reg)
{
    if (reg == VCPU_REG_TPIDR_EL0) {
        return vcpus[vcpu].context.tpidr_el0;
    }
    if (reg == VCPU_REG_TPIDRRO_EL0) {
        return vcpus[vcpu].context.tpidrro_el0;
    }
    int known = sel4_register(reg);
    return known != NOT_IN_VCPU ? microkit_vcpu_arm_read_reg(vcpu, (seL4_Word)known) : 0;
}

void platform_vcpu_write(unsigned vcpu, enum vcpu_reg reg, uint64_t value)
{
    int known = sel4_register(reg);
    if (reg == VCPU_REG_TPIDR_EL0) {
        vcpus[vcpu].context.tpidr_el0 = value;
    } else if (reg == VCPU_REG_TPIDRRO_EL0) {
        vcpus[vcpu].context.tpidrro_el0 = value;
    } else if (known != NOT_IN_VCPU) {
        microkit_vcpu_arm_write_reg(vcpu, (seL4_Word)known, value);
    }
}

/* ---- Faults ---- */

/* A stage-2 abort. seL4 tells the GPA and not the guest's own address, so an abort that the guest
 * is given for it has the GPA as its address. */
static uint64_t memory_fault_take(struct vcpu_page *page, const seL4_Word *mr)
{
    const uint64_t class =
        mr[seL4_VMFault_PrefetchFault] != 0 ? ESR_EC_IABT_LOWER : ESR_EC_DABT_LOWER;
    page->esr = (mr[seL4_VMFault_FSR] & ~ESR_EC_FIELD(0x3f)) | ESR_EC_FIELD(class);
    page->fault_gpa = mr[seL4_VMFault_Addr];
    page->far_va = page->fault_gpa;
    return FAULT_VM;
}

static uint64_t exception_take(struct vcpu_page *page, uint64_t syndrome)
{
    page->esr = syndrome;
    return FAULT_VCPU;
}

/* An HVC that is no call of seL4's own. PC is that of the instruction; hardware, and so the core,
 * has the next one's. */
static uint64_t hypercall_take(struct vcpu_page *page)
{
    page->pc += 4;
    return exception_take(page, ESR_EC_FIELD(ESR_EC_HVC64) | ESR_IL);
}

/* The message registers come first: fetching the vCPU's registers is a call that overwrites them.
 */
uint64_t platform_fault_take(unsigned vcpu, uint64_t label)
{
    seL4_Word mr[seL4_VMFault_Length];
    for (unsigned i = 0; i < seL4_VMFault_Length; i++) {
        mr[i] = microkit_mr_get((uint8_t)i);
    }
    switch (label) {
    case seL4_Fault_VMFault:
        return memory_fault_take(registers_fetch(vcpu), mr);
    case seL4_Fault_VCPUFault:
        return exception_take(registers_fetch(vcpu), mr[seL4_VCPUFault_HSR]);
    case seL4_Fault_UnknownSyscall:
        return hypercall_take(registers_fetch(vcpu));
    case seL4_Fault_UserException:
        return exception_take(registers_fetch(vcpu), ESR_EC_FIELD(ESR_EC_UNKNOWN) | ESR_IL);
    case seL4_Fault_VGICMaintenance:
        return virq_sel4_ended(vcpu, (unsigned)mr[seL4_VGICMaintenance_IDX])
                   ? FAULT_VGIC_MAINTENANCE
                   : PLATFORM_ANSWERED;
    case seL4_Fault_VPPIEvent:
        virq_sel4_private(vcpu, (unsigned)mr[seL4_VPPIEvent_IRQ]);
        return PLATFORM_ANSWERED;
    default:
        return label;
    }
}

void platform_fault_done(unsigned vcpu)
{
    if (vcpus[vcpu].is_fetched) {
        registers_store(vcpu);
    }
}

/* ---- The rest ---- */

bool platform_can_reset_interrupts(void)
{
    microkit_dbg_puts("libvmm: seL4 has no call that empties a vCPU's list registers, so its guest "
                      "cannot be started again; have a parent restart the whole VMM\n");
    return false;
}

void platform_interrupts_reset(unsigned vcpu)
{
    (void)vcpu;
}

/* seL4 gives programs the counter in some configurations only. */
uint64_t platform_ticks(void)
{
    return 0;
}

uint64_t platform_ticks_per_second(void)
{
    return 1;
}

bool platform_smc(uint64_t x[8])
{
#ifdef CONFIG_ALLOW_SMC_CALLS
    seL4_ARM_SMCContext call = {x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]};
    seL4_ARM_SMCContext answer = {0};
    microkit_arm_smc_call(&call, &answer);
    x[0] = answer.x0;
    x[1] = answer.x1;
    x[2] = answer.x2;
    x[3] = answer.x3;
    x[4] = answer.x4;
    x[5] = answer.x5;
    x[6] = answer.x6;
    x[7] = answer.x7;
    return true;
#else
    (void)x;
    return false;
#endif
}

void platform_putc(char character)
{
    microkit_dbg_putc(character);
}
