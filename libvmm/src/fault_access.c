/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Helpers for those who emulate a device: what an access is about and how to complete it, from the
 * syndrome of its data abort. Devices are seen as 32-bit words with byte lanes, or 64 bits.
 */
#include <libvmm/arch/aarch64/fault.h>

#include "esr.h"
#include "exception.h"

int fault_get_width_bytes(uint64_t fsr)
{
    return (fsr & ESR_ISV) != 0 ? 1 << ESR_SAS(fsr) : -1;
}

bool fault_is_write(uint64_t fsr)
{
    return (fsr & ESR_WNR) != 0;
}

bool fault_is_read(uint64_t fsr)
{
    return !fault_is_write(fsr);
}

uint64_t *decode_rt(size_t reg_idx, seL4_UserContext *regs)
{
    static uint64_t zero_register;
    if (reg_idx < 31) {
        return &((struct vcpu_page *)regs)->x[reg_idx];
    }
    zero_register = 0;
    return reg_idx == 31 ? &zero_register : NULL;
}

bool fault_advance_vcpu(size_t vcpu_id, seL4_UserContext *regs, size_t regs_size)
{
    (void)vcpu_id;
    (void)regs_size;
    exception_skip((struct vcpu_page *)regs);
    return true;
}

/* Where the access' lane begins in the word that holds it. */
static unsigned lane_shift(uint64_t addr, uint64_t fsr)
{
    return ESR_SAS(fsr) == 3 ? 0 : (addr & 3) * 8;
}

static uint64_t width_mask(uint64_t fsr)
{
    return ~0ul >> (64 - (8u << ESR_SAS(fsr)));
}

uint64_t fault_get_data_mask(uint64_t addr, uint64_t fsr)
{
    return width_mask(fsr) << lane_shift(addr, fsr);
}

uint64_t fault_get_data(seL4_UserContext *regs, uint64_t fsr)
{
    return *decode_rt(ESR_SRT(fsr), regs) & width_mask(fsr);
}

uint64_t fault_emulate(seL4_UserContext *regs, uint64_t reg, uint64_t addr, uint64_t fsr,
                       uint64_t reg_val)
{
    (void)regs;
    uint64_t mask = fault_get_data_mask(addr, fsr);
    uint64_t lanes = fault_is_write(fsr) ? reg_val << lane_shift(addr, fsr) : reg_val;
    return (reg & ~mask) | (lanes & mask);
}

void fault_emulate_write(seL4_UserContext *regs, size_t addr, size_t fsr, size_t reg_val)
{
    *decode_rt(ESR_SRT(fsr), regs) = esr_extend(fsr, reg_val >> lane_shift(addr, fsr));
}

bool fault_advance(size_t vcpu_id, seL4_UserContext *regs, uint64_t addr, uint64_t fsr,
                   uint64_t reg_val)
{
    if (fault_is_read(fsr)) {
        fault_emulate_write(regs, addr, fsr, reg_val);
    }
    return fault_advance_vcpu(vcpu_id, regs, 0);
}

const char *fault_to_string(uint64_t fault_label)
{
    switch (fault_label) {
    case FAULT_NULL:
        return "null";
    case FAULT_UNKNOWN_SYSCALL:
        return "unknown system call";
    case FAULT_USER_EXCEPTION:
        return "user exception";
    case FAULT_VM:
        return "virtual memory";
    case FAULT_VGIC_MAINTENANCE:
        return "vGIC maintenance";
    case FAULT_VCPU:
        return "vCPU";
    default:
        return "unknown";
    }
}
