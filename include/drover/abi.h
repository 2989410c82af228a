/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The contract between a protection domain (PD) and the kernel: system calls, the pages they share,
 * and where the tool places them in the PD's address space. Included by the kernel, libmicrokit,
 * libvmm, the host tool and assembly; the numbers here are ABI.
 */
#pragma once

/* ---- What the tool places in every PD's address space (VA; 40-bit stage-2 input addresses) ----
 */

#define PD_IMAGE_VA        0x200000     /* first byte of a PD's ELF image, and its entry point */
#define PD_USER_VA_END     0xffc0000000 /* an SDF <map> of a PD ends at or below this */
#define PD_STACK_TOP_VA    0xffffc00000 /* the stack grows down from here; unmapped below its size */
#define PD_VCPU_PAGE_VA(i) (0xffffd00000 + (i)*0x1000) /* struct vcpu_page of own vCPU i, rw */
#define PD_MESSAGE_PAGE_VA 0xffffe00000                /* struct message_page, rw */
#define PD_VM_INFO_VA      0xfffff00000 /* struct vm_info, read-only, only where the PD has a VM */
#define PD_VM_INFO_SIZE    0x100000     /* at most this many bytes are mapped there */

/* ---- Limits ---- */

#define PD_MAX           63 /* protection domains in a system */
#define VM_MAX           63
#define VCPU_MAX         8  /* vCPUs in a VM */
#define CHANNEL_MAX      62 /* channel and interrupt identifiers of a PD are 0..61 */
#define CHILD_MAX        63 /* child PDs and vCPUs of a PD share the identifiers 0..62 */
#define PRIORITY_MAX     254
#define MESSAGE_WORD_MAX 64
#define NAME_SIZE        64 /* names are NUL-terminated in 64 bytes: at most 63 characters */
#define VCPU_INJECT_MAX  16
#define DEBUG_TEXT_MAX   496
#define DOMAIN_MAX       16  /* scheduling domains */
#define SCHEDULE_MAX     100 /* entries of the domain schedule */
#define SLOT_MAX         128 /* slots of a PD's <cspace>, 0..127 */

/* ---- System calls: the number is the immediate of the SVC instruction ----
 *
 * Arguments in x0..x3, results in x0..x1. x2..x17 and the flags are lost over a call; x18..x30, sp
 * and the FP registers are kept. Every call but the two waits returns an enum drover_error in x0.
 * Message words travel in the message page, never in registers.
 */
#define SYS_WAIT        0  /* x0 deferred action -> x0 event, x1 msginfo */
#define SYS_REPLY_WAIT  1  /* x0 deferred action, x1 msginfo of the reply -> x0 event, x1 msginfo */
#define SYS_NOTIFY      2  /* x0 channel */
#define SYS_IRQ_ACK     3  /* x0 channel */
#define SYS_CALL        4  /* x0 channel, x1 msginfo -> x1 msginfo of the reply */
#define SYS_PD_STOP     5  /* x0 child */
#define SYS_PD_RESUME   6  /* x0 child */
#define SYS_PD_RESTART  7  /* x0 child, x1 entry point (VA in the child) */
#define SYS_VCPU_START  8  /* x0 vcpu, x1 entry point (GPA, or guest VA if its MMU is on) */
#define SYS_VCPU_STOP   9  /* x0 vcpu */
#define SYS_VCPU_READ   10 /* x0 vcpu, x1 enum vcpu_reg -> x1 value */
#define SYS_VCPU_WRITE  11 /* x0 vcpu, x1 enum vcpu_reg, x2 value */
#define SYS_VIRQ_INJECT 12 /* x0 vcpu, x1 injection word */
#define SYS_VIRQ_STATE                                                                             \
    13 /* x0 vcpu, x1 first INTID, multiple of 32 -> x1 pending | active << 32                     \
        */
#define SYS_VIRQ_UPDATE                                                                            \
    14                     /* x0 vcpu, x1 INTID | SGI source << 10, x2 VIRQ_OP_* -> x1 see below   \
                            */
#define SYS_VIRQ_CONFIG 15 /* x0 vcpu, x1 INTID, x2 VIRQ_CONFIG_* | priority */
#define SYS_SMC         16 /* message words 0..7 are x0..x7 of an SMC, before and after; needs `smc` */
#define SYS_DEBUG_PUT   17 /* prints the message page's text; does nothing in a release kernel */
#define SYS_VCPU_WAIT   18 /* x0 vcpu: when resumed, it first waits for an interrupt, as in WFI */
#define SYS_PD_READ     19 /* x0 child, x1 PD_REGISTERS_*, x2 count -> message words */
#define SYS_PD_WRITE    20 /* x0 child, x1 PD_REGISTERS_*, x2 count, message words */
#define SYS_BENCHMARK   21 /* `benchmark` kernels: x0 BENCHMARK_*, x1 child or BENCHMARK_SELF */
#define SYS_COUNT       22

/* The `child` of the SYS_PD_* calls: the identifier of a child PD, or a slot of the PD's <cspace>
 * that holds the <cap_tcb> of any PD. A PD may stop itself; the calls that touch registers refuse
 * it (DROVER_ERR_STATE). A PD that was stopped in a wait or call makes that anew when it goes on.
 */
#define PD_SLOT(slot) (0x80 + (slot))

/* SYS_PD_READ and SYS_PD_WRITE: message words 0..count-1 are the first words of struct
 * pd_registers. */
#define PD_REGISTERS_MOVE 0
#define PD_REGISTERS_STOP 1 /* read: the PD is stopped first, as by SYS_PD_STOP */
#define PD_REGISTERS_RESUME                                                                        \
    1 /* write: the PD then runs from the new registers, as after a restart */

/* SYS_BENCHMARK. The `child` is that of the SYS_PD_* calls, or the caller. A PD's count begins
 * again with BENCHMARK_RESET_PD, the core's with BENCHMARK_RESET. */
#define BENCHMARK_RESET    0
#define BENCHMARK_RESET_PD 1
#define BENCHMARK_READ     2 /* -> message words, enum benchmark_word */
#define BENCHMARK_SELF     0x7f

/* Deferred action of a wait: done in the same entry, before the PD blocks. */
#define DEFERRED_NONE    0
#define DEFERRED_NOTIFY  0x100 /* | channel */
#define DEFERRED_IRQ_ACK 0x200 /* | channel */

/* The event word that a wait returns. A notification has bit 63 clear and one bit a channel
 * (0..61); several may be set. The other two carry an identifier in their low six bits. */
#define EVENT_CALL    0x8000000000000000 /* | channel: a protected procedure call */
#define EVENT_FAULT   0xc000000000000000 /* | child: a fault of a child PD or vCPU */
#define EVENT_ID_MASK 0x3f

/* msginfo: the Microkit's message header. */
#define MSGINFO(label, count) (((label) << 12) | (count))
#define MSGINFO_LABEL(info)   ((info) >> 12)
#define MSGINFO_COUNT(info)   ((info)&0x7f)

/* Fault labels (values as in seL4 with MCS on AArch64). PC is the instruction that faulted. Of an
 * unknown system call and a user exception the reply decides: label 0 lets the PD go on, and as
 * many words as it has (but for the number, ESR and code) are written back to those registers
 * first. */
#define FAULT_NULL 0
#define FAULT_UNKNOWN_SYSCALL                                                                      \
    2 /* mr0..7 x0..x7, mr8 PC, mr9 SP, mr10 LR, mr11 PSTATE, mr12 SVC immediate */
#define FAULT_USER_EXCEPTION   3 /* mr0 PC, mr1 SP, mr2 PSTATE, mr3 ESR, mr4 0 */
#define FAULT_VM               6 /* mr0 PC, mr1 address, mr2 is prefetch, mr3 ESR */
#define FAULT_VGIC_MAINTENANCE 7 /* vCPU: `eoi` of its page says which INTIDs were ended */
#define FAULT_VCPU             8 /* vCPU: an exception other than a stage-2 abort; see `esr` */

/* Injection word: what a VMM asks the kernel to make pending in a vCPU. */
#define INJECT_INTID_MASK  0x3ff         /* [9:0] virtual INTID */
#define INJECT_SOURCE(cpu) ((cpu) << 10) /* [12:10] SGIs: the requesting CPU */
#define INJECT_GROUP1      (1 << 13)     /* IGROUPR bit of the interrupt */
#define INJECT_PRIORITY(p) ((p) << 16)   /* [23:16] */
#define INJECT_CHANNEL(ch) ((ch) << 24)  /* [29:24] with INJECT_HW */
#define INJECT_HW          (1 << 30)     /* the guest's EOI acknowledges the channel's irq */
#define INJECT_EOI         (1u << 31)    /* report the guest's EOI: FAULT_VGIC_MAINTENANCE */

/* SYS_VIRQ_UPDATE: state of one interrupt in the vCPU's list registers and spill. Straight and
 * timer interrupts are bound to a physical one, which follows where said. All return in x1 the
 * state before: bit 0 pending, bit 1 active. */
#define VIRQ_OP_WITHDRAW                                                                           \
    0 /* take back pendency (guest disabled it). Bound: it stays pending in hardware. */
#define VIRQ_OP_CLEAR_PENDING 1 /* forget pendency. Bound: cleared in hardware as well. */
#define VIRQ_OP_SET_PENDING   2 /* bound interrupts only: pend the physical one (others: inject) */
#define VIRQ_OP_SET_ACTIVE    3 /* | priority << 8 | group << 16 */
#define VIRQ_OP_CLEAR_ACTIVE  4
#define VIRQ_OP_RESET                                                                              \
    5 /* of a stopped vCPU, whatever the INTID: it has no interrupts, physical ones may come       \
         again, its CPU interface and its timers' enable bits are as after power-up; x1 is 0 */
#define VIRQ_STATE_PENDING 1
#define VIRQ_STATE_ACTIVE  2

/* SYS_VIRQ_CONFIG: mirrors the guest's view of a bound interrupt to the physical GIC. */
#define VIRQ_CONFIG_PRIORITY_MASK 0xff
#define VIRQ_CONFIG_ENABLE        0x100
#define VIRQ_CONFIG_GROUP1        0x200
#define VIRQ_CONFIG_EDGE          0x400

/* ---- What a PD at EL0 may use of the machine ----
 *
 * CNTVCT_EL0, CNTPCT_EL0 and CNTFRQ_EL0; DC ZVA, CTR_EL0 and cache maintenance by VA. The PD that
 * owns interrupt 30, the EL1 physical timer's, also CNTP_CTL_EL0, CNTP_CVAL_EL0 and CNTP_TVAL_EL0:
 * other PDs fault on them, and so do guests, whose VMM gets a FAULT_VCPU; their virtual timer
 * stays. A `benchmark` kernel gives every PD the performance monitors. */

#define PAGE_SIZE_4K 0x1000
#define PAGE_SIZE_2M 0x200000

#ifndef __ASSEMBLER__
#include <stdint.h>

enum drover_error {
    DROVER_OK = 0,
    DROVER_ERR_CHANNEL = 1,  /* no such channel, or it lacks the right */
    DROVER_ERR_CHILD = 2,    /* no such child or vCPU */
    DROVER_ERR_ARGUMENT = 3, /* a value out of range */
    DROVER_ERR_DENIED = 4,   /* the PD lacks the right */
    DROVER_ERR_STATE = 5,    /* the target is not in a state that allows it */
};

/* What BENCHMARK_READ writes, in the order that seL4's libraries read it: cycles used, times that
 * it was switched to, cycles of them in the kernel, and entries into the kernel. */
enum benchmark_word {
    BENCHMARK_PD_CYCLES,
    BENCHMARK_PD_SCHEDULES,
    BENCHMARK_PD_KERNEL_CYCLES,
    BENCHMARK_PD_ENTRIES,
    BENCHMARK_IDLE_CYCLES, /* nobody ran */
    BENCHMARK_IDLE_CYCLES_OF_PD_CORE,
    BENCHMARK_IDLE_SCHEDULES,
    BENCHMARK_IDLE_KERNEL_CYCLES,
    BENCHMARK_IDLE_ENTRIES,
    BENCHMARK_CORE_CYCLES, /* since the reset */
    BENCHMARK_CORE_SCHEDULES,
    BENCHMARK_CORE_KERNEL_CYCLES,
    BENCHMARK_CORE_ENTRIES,
    BENCHMARK_WORD_COUNT,
};

/* Registers of a PD, as SYS_PD_READ and SYS_PD_WRITE order them. */
struct pd_registers {
    uint64_t pc;
    uint64_t sp;
    uint64_t pstate; /* only NZCV can be written */
    uint64_t x[31];
    uint64_t tpidr_el0;
    uint64_t tpidrro_el0; /* always 0 in a PD; what is written is lost */
};

/* Registers of a vCPU that stay in hardware while it is loaded. */
enum vcpu_reg {
    VCPU_REG_SCTLR_EL1,
    VCPU_REG_CPACR_EL1,
    VCPU_REG_TTBR0_EL1,
    VCPU_REG_TTBR1_EL1,
    VCPU_REG_TCR_EL1,
    VCPU_REG_MAIR_EL1,
    VCPU_REG_AMAIR_EL1,
    VCPU_REG_CONTEXTIDR_EL1,
    VCPU_REG_ACTLR_EL1,
    VCPU_REG_AFSR0_EL1,
    VCPU_REG_AFSR1_EL1,
    VCPU_REG_ESR_EL1,
    VCPU_REG_FAR_EL1,
    VCPU_REG_PAR_EL1,
    VCPU_REG_VBAR_EL1,
    VCPU_REG_TPIDR_EL1,
    VCPU_REG_TPIDR_EL0,
    VCPU_REG_TPIDRRO_EL0,
    VCPU_REG_SP_EL1,
    VCPU_REG_ELR_EL1,
    VCPU_REG_SPSR_EL1,
    VCPU_REG_CNTKCTL_EL1,
    VCPU_REG_CNTV_CTL_EL0,
    VCPU_REG_CNTV_CVAL_EL0,
    VCPU_REG_CNTP_CTL_EL0,
    VCPU_REG_CNTP_CVAL_EL0,
    VCPU_REG_CNTVOFF_EL2, /* if it is not 0, a switch to a PD unloads the vCPU */
    VCPU_REG_VMPIDR_EL2,
    VCPU_REG_CSSELR_EL1,
    VCPU_REG_COUNT,
};

/*
 * A vCPU's page, shared between the kernel and its VMM. The first 0x110 bytes are the kernel's own
 * save area: a VMM may change them while the vCPU is stopped on a fault. PSTATE is filtered on
 * entry.
 */
struct vcpu_page {
    uint64_t x[31];                   /* 0x000 */
    uint64_t pc;                      /* 0x0f8 */
    uint64_t pstate;                  /* 0x100 SPSR_EL2 */
    uint64_t sp_el0;                  /* 0x108 */
    uint64_t esr;                     /* 0x110 ESR_EL2 of the fault */
    uint64_t far_va;                  /* 0x118 guest VA of the access */
    uint64_t fault_gpa;               /* 0x120 GPA of the access, stage-2 aborts only */
    uint64_t eoi[16];                 /* 0x128 FAULT_VGIC_MAINTENANCE: a bit for each INTID ended */
    uint64_t inject_count;            /* 0x1a8 words in `inject`, written by the VMM */
    uint32_t inject[VCPU_INJECT_MAX]; /* 0x1b0 done, and the count zeroed, at the VMM's next wait */
};

/* A PD's message page. Debug output gathers in `text`, so that a line is printed in one piece; what
 * is there when the PD faults is printed before anything is said about that. */
struct message_page {
    uint64_t mr[MESSAGE_WORD_MAX]; /* 0x000 message registers */
    uint64_t vcpu_requests;        /* 0x200 bit i: look at `inject` of vCPU i at the next wait */
    uint64_t text_length;          /* 0x208 bytes of `text`; 0 once they are printed */
    char text[DEBUG_TEXT_MAX];     /* 0x210 */
};

/* ---- The routing table that the tool writes for a VMM (at PD_VM_INFO_VA) ---- */

#define VM_INFO_MAGIC   0x4f464e494d56u /* "VMINFO" */
#define VM_INFO_VERSION 1

enum vm_region_kind {
    VM_REGION_RAM = 0,    /* ordinary memory of the board */
    VM_REGION_DEVICE = 1, /* anything else */
};

/* A mapping of the VM. */
struct vm_info_region {
    uint64_t gpa;
    uint64_t size; /* bytes */
    uint64_t pa;
    uint64_t vmm_va; /* where the VMM has the same memory mapped and can write it, 0 if nowhere */
    uint32_t kind;   /* enum vm_region_kind */
    uint32_t perms;  /* MAP_PERM_* of manifest.h: 1 read, 2 write, 4 execute */
    char name[NAME_SIZE];
};

enum vm_irq_kind {
    VM_IRQ_CHANNEL = 0,  /* to the VMM by channel */
    VM_IRQ_STRAIGHT = 1, /* straight to vCPU `target` */
};

struct vm_info_irq {
    uint32_t intid;
    uint32_t kind;   /* enum vm_irq_kind */
    uint32_t target; /* channel or vCPU */
    uint32_t edge;   /* 1 edge-triggered, 0 level-sensitive */
};

struct vm_info {
    uint64_t magic;
    uint32_t version;
    uint32_t size; /* bytes, with the arrays */
    char vm_name[NAME_SIZE];
    uint32_t vcpu_count;
    uint32_t gic_version; /* 2 or 3 */
    uint64_t gicd_gpa;    /* the guest sees the distributor where the board has it */
    uint64_t gicd_size;
    uint64_t gicc_gpa; /* the CPU interface, backed by the board's GICV */
    uint64_t gicc_size;
    uint32_t irq_lines;     /* INTIDs the physical distributor implements, from the board */
    uint32_t smc_allowed;   /* 1: the VMM's PD may make SMC calls */
    uint32_t region_offset; /* struct vm_info_region[region_count], bytes from here */
    uint32_t region_count;
    uint32_t irq_offset; /* struct vm_info_irq[irq_count] */
    uint32_t irq_count;
};
#endif
