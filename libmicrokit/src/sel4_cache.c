/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The calls of seL4 on caches: a PD may maintain those of its own memory itself.
 */
#include "capability.h"

/* CTR_EL0 (Arm DDI 0487, D17.2.34): the smallest lines, in log2 of words. */
#define CTR_IMIN_LINE(ctr) ((ctr)&0xf)
#define CTR_DMIN_LINE(ctr) ((ctr) >> 16 & 0xf)

/* Runs one cache instruction on each line of [start, end). */
#define FOR_EACH_LINE(instruction, line, start, end)                                               \
    for (uint64_t at = (start) & ~((line)-1); at < (end); at += (line)) {                          \
        __asm__ volatile(instruction ", %0" ::"r"(at) : "memory");                                 \
    }

static uint64_t cache_type(void)
{
    uint64_t ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    return ctr;
}

static seL4_Error vspace_check(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    if (vspace != VSPACE_CAP) {
        bool is_slot = capability_is(vspace, BASE_USER_CAPS) && vspace >= BASE_USER_CAPS;
        return is_slot ? seL4_IllegalOperation : seL4_InvalidCapability;
    }
    return start < end ? seL4_NoError : seL4_InvalidArgument;
}

static void barrier(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

seL4_Error seL4_ARM_VSpace_Clean_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    seL4_Error error = vspace_check(vspace, start, end);
    if (error == seL4_NoError) {
        uint64_t line = 4ul << CTR_DMIN_LINE(cache_type());
        FOR_EACH_LINE("dc cvac", line, start, end)
        barrier();
    }
    return error;
}

seL4_Error seL4_ARM_VSpace_CleanInvalidate_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    seL4_Error error = vspace_check(vspace, start, end);
    if (error == seL4_NoError) {
        uint64_t line = 4ul << CTR_DMIN_LINE(cache_type());
        FOR_EACH_LINE("dc civac", line, start, end)
        barrier();
    }
    return error;
}

seL4_Error seL4_ARM_VSpace_Invalidate_Data(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    return seL4_ARM_VSpace_CleanInvalidate_Data(vspace, start, end);
}

seL4_Error seL4_ARM_VSpace_Unify_Instruction(seL4_CPtr vspace, seL4_Word start, seL4_Word end)
{
    seL4_Error error = vspace_check(vspace, start, end);
    if (error == seL4_NoError) {
        uint64_t ctr = cache_type();
        uint64_t data_line = 4ul << CTR_DMIN_LINE(ctr);
        uint64_t instruction_line = 4ul << CTR_IMIN_LINE(ctr);
        FOR_EACH_LINE("dc cvau", data_line, start, end)
        barrier();
        FOR_EACH_LINE("ic ivau", instruction_line, start, end)
        barrier();
        __asm__ volatile("isb" ::: "memory");
    }
    return error;
}
