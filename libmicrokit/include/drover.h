/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Drover's own system calls, as a protection domain makes them: one inline function a call, with
 * the numbers and meanings of drover/abi.h. Programs are written to microkit.h; what the Microkit
 * has no word for (the vCPU page, virtual interrupts) is used from here, by libvmm mostly.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <drover_syscall.h>

/* Starts `vcpu` at `entry` (GPA, or guest VA if its MMU is on); its registers are those of its
 * page. */
static inline enum drover_error drover_vcpu_start(unsigned vcpu, uint64_t entry)
{
    return (enum drover_error)DROVER_SYSCALL(SYS_VCPU_START, vcpu, entry, 0).x0;
}

/* Stops `vcpu` where it is; a fault of it that waits for an answer is dropped. */
static inline enum drover_error drover_vcpu_stop(unsigned vcpu)
{
    return (enum drover_error)DROVER_SYSCALL(SYS_VCPU_STOP, vcpu, 0, 0).x0;
}

/* Lets the stopped `vcpu` wait for an interrupt, as after WFI, when its fault is answered. */
static inline enum drover_error drover_vcpu_wait(unsigned vcpu)
{
    return (enum drover_error)DROVER_SYSCALL(SYS_VCPU_WAIT, vcpu, 0, 0).x0;
}

/* Reads a system register of `vcpu` into `*value`, which is left alone on an error. */
static inline enum drover_error drover_vcpu_read(unsigned vcpu, enum vcpu_reg reg, uint64_t *value)
{
    struct drover_result result = DROVER_SYSCALL(SYS_VCPU_READ, vcpu, reg, 0);
    if (result.x0 == DROVER_OK) {
        *value = result.x1;
    }
    return (enum drover_error)result.x0;
}

/* Writes a system register of `vcpu`. */
static inline enum drover_error drover_vcpu_write(unsigned vcpu, enum vcpu_reg reg, uint64_t value)
{
    return (enum drover_error)DROVER_SYSCALL(SYS_VCPU_WRITE, vcpu, reg, value).x0;
}

/* Makes the interrupt of injection word `word` (INJECT_*) pending in `vcpu`, now. */
static inline enum drover_error drover_virq_inject(unsigned vcpu, uint32_t word)
{
    return (enum drover_error)DROVER_SYSCALL(SYS_VIRQ_INJECT, vcpu, word, 0).x0;
}

/* The same out of line: a system call in a function makes it save registers that the usual way
 * needs not. */
static __attribute__((noinline, unused)) enum drover_error drover_virq_inject_now(unsigned vcpu,
                                                                                  uint32_t word)
{
    return drover_virq_inject(vcpu, word);
}

/* The same, done at the PD's next wait or reply, without a system call of its own. */
static inline enum drover_error drover_virq_inject_deferred(unsigned vcpu, uint32_t word)
{
    struct vcpu_page *page = drover_vcpu_page(vcpu);
    uint64_t count = page->inject_count;
    if (count >= VCPU_INJECT_MAX) {
        return drover_virq_inject_now(vcpu, word);
    }
    page->inject[count] = word;
    page->inject_count = count + 1;
    drover_message_page()->vcpu_requests |= 1u << vcpu;
    return DROVER_OK;
}

/* State of INTIDs first_intid..+31 (a multiple of 32) in `vcpu`: a bit for each in both masks.
 * Interrupts bound to a physical one include its state in the physical GIC. */
static inline enum drover_error drover_virq_state(unsigned vcpu, uint32_t first_intid,
                                                  uint32_t *pending, uint32_t *active)
{
    struct drover_result result = DROVER_SYSCALL(SYS_VIRQ_STATE, vcpu, first_intid, 0);
    *pending = (uint32_t)result.x1;
    *active = (uint32_t)(result.x1 >> 32);
    return (enum drover_error)result.x0;
}

/* Changes the state of one interrupt in `vcpu`: `op` is VIRQ_OP_*; `*before` gets VIRQ_STATE_*. */
static inline enum drover_error drover_virq_update(unsigned vcpu, uint32_t intid_and_source,
                                                   uint32_t op, uint64_t *before)
{
    struct drover_result result = DROVER_SYSCALL(SYS_VIRQ_UPDATE, vcpu, intid_and_source, op);
    *before = result.x1;
    return (enum drover_error)result.x0;
}

/* Mirrors the guest's configuration of a bound interrupt (VIRQ_CONFIG_*) to the physical GIC. */
static inline enum drover_error drover_virq_config(unsigned vcpu, uint32_t intid, uint32_t flags)
{
    return (enum drover_error)DROVER_SYSCALL(SYS_VIRQ_CONFIG, vcpu, intid, flags).x0;
}

/* A call to the firmware with x[0..7] in and out; for PDs with smc="true". Uses mr 0..7. */
static inline enum drover_error drover_smc(uint64_t x[8])
{
    uint64_t *mr = drover_message_page()->mr;
    for (int i = 0; i < 8; i++) {
        mr[i] = x[i];
    }
    enum drover_error error = (enum drover_error)DROVER_SYSCALL(SYS_SMC, 0, 0, 0).x0;
    for (int i = 0; i < 8; i++) {
        x[i] = mr[i];
    }
    return error;
}

/* The registers of a call to the firmware. */
struct drover_smc_context {
    uint64_t x0, x1, x2, x3, x4, x5, x6, x7;
};

/* The same with names; `*response` is left alone on an error, and may be `args`. */
static inline enum drover_error drover_smc_call(const struct drover_smc_context *args,
                                                struct drover_smc_context *response)
{
    uint64_t x[8] = {args->x0, args->x1, args->x2, args->x3,
                     args->x4, args->x5, args->x6, args->x7};
    enum drover_error error = drover_smc(x);
    if (error == DROVER_OK) {
        *response = (struct drover_smc_context){x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]};
    }
    return error;
}
