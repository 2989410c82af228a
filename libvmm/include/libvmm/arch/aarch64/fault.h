/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest does that its VMM has to answer: stage-2 aborts, hypervisor and firmware calls,
 * trapped system registers, ends of virtual interrupts. And helpers for those who emulate a device.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microkit.h>
#include <libvmm/guest_table.h>
#include <libvmm/vcpu.h>

/*
 * Answers the fault of `vcpu_id`, called from the VMM's fault(). Returns true if the vCPU is to go
 * on (reply to the fault), false if it is to stay stopped: it was switched off, or the fault is
 * none of a vCPU. What nobody claims is answered into the guest as hardware does, with one log
 * line.
 */
bool fault_handle(size_t vcpu_id, microkit_msginfo msginfo);

/* Has the line about an access that nobody claims say what `table` knows of its place, as `drover
 * explain` does, in place of the nearest region. guest_table_check() has found `table` sound, and
 * it stays as it is; NULL: nothing is known, as at the beginning. */
void fault_register_places(const struct guest_table *table);

/* The parts of fault_handle(), each for one label: FAULT_VCPU and FAULT_VM. */
bool fault_handle_vcpu_exception(size_t vcpu_id);
bool fault_handle_vm_exception(size_t vcpu_id);

/*
 * Emulates one access of a guest: `offset` bytes into the registered range, `fsr` the syndrome
 * (ESR_EL2, whose ISV bit is always set here), `regs` the vCPU's registers. The handler advances
 * the PC (fault_advance() does). Returns false if the device refuses: the guest gets an external
 * abort.
 */
typedef bool (*vm_exception_handler_t)(size_t vcpu_id, size_t offset, size_t fsr,
                                       seL4_UserContext *regs, void *data);

/* Has `callback` emulate the `size` bytes at `base` (GPA). Returns false, after saying why, if the
 * range is empty, wraps, overlaps another, or 32 are registered. */
bool fault_register_vm_exception_handler(uintptr_t base, size_t size,
                                         vm_exception_handler_t callback, void *data);

/* Bytes accessed: 1, 2, 4 or 8; -1 if the syndrome does not say (ISV clear). */
int fault_get_width_bytes(uint64_t fsr);

/* Register `reg_idx` of `regs`; 31 is the zero register: a word that reads as zero. NULL above. */
uint64_t *decode_rt(size_t reg_idx, seL4_UserContext *regs);

/* Moves the PC past the instruction. `regs_size` is not used. */
bool fault_advance_vcpu(size_t vcpu_id, seL4_UserContext *regs, size_t regs_size);

/* Completes an access to `addr` and moves the PC on. A read gets `reg_val`: the 32-bit word that
 * holds the byte or halfword at `addr` (its lane is taken and extended as the instruction asks), or
 * the 64 bits. */
bool fault_advance(size_t vcpu_id, seL4_UserContext *regs, uint64_t addr, uint64_t fsr,
                   uint64_t reg_val);

/* Which bits of the 32-bit word (or the 64 bits) at `addr` the access touches. */
uint64_t fault_get_data_mask(uint64_t addr, uint64_t fsr);

/* What a write stores: the source register, as wide as the access. */
uint64_t fault_get_data(seL4_UserContext *regs, uint64_t fsr);

/* The word `reg` after the access to `addr`: for a write with its lanes replaced by `reg_val`, for
 * a read `reg` with the lanes of `reg_val`. */
uint64_t fault_emulate(seL4_UserContext *regs, uint64_t reg, uint64_t addr, uint64_t fsr,
                       uint64_t reg_val);

/* Puts what a read of `addr` returns, `reg_val` as in fault_advance(), into the target register. */
void fault_emulate_write(seL4_UserContext *regs, size_t addr, size_t fsr, size_t reg_val);

/* A fault label in words. */
const char *fault_to_string(uint64_t fault_label);

bool fault_is_write(uint64_t fsr);
bool fault_is_read(uint64_t fsr);
