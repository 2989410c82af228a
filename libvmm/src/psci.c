/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * PSCI 1.1 (Arm DEN0022D), 5: the functions of a machine whose vCPUs can be switched on and off,
 * and which can be switched off or reset as a whole. The rest is optional and says NOT_SUPPORTED.
 */
#include <libvmm/arch/aarch64/psci.h>

#include "guest_state.h"
#include "smccc.h"

#define VERSION_1_1 0x10001

#define AFFINITY_ON        0
#define AFFINITY_OFF       1
#define AFFINITY_LEVEL_MAX 3

/* Aff3 [39:32], Aff2 [23:16], Aff1 [15:8] and Aff0 [7:0] of a target_affinity (5.1.4); those from
 * Aff<level> on. */
#define AFFINITY_FIELDS 0xff00fffffful
#define AFFINITY_FIELDS_FROM(level)                                                                \
    ((level) == 3 ? 0xff00000000ul : AFFINITY_FIELDS >> 8 * (level) << 8 * (level))

#define MIGRATE_TYPE_NONE 2 /* no trusted operating system that would have to migrate: 5.9 */

/* CPU_SUSPEND, power_state in its original form: 5.4.2.1. */
#define POWER_STATE_RESERVED   0xfcfe0000u
#define POWER_STATE_LEVEL      0x03000000u
#define POWER_STATE_POWER_DOWN 0x00010000u

/* A call. */
struct call {
    const struct vcpu_page *page; /* of the caller */
    uint64_t argument_mask;       /* 32 bits where the caller used the 32-bit form */
    unsigned vcpu;
    bool goes_on; /* the caller returns from the call */
};

/* Argument `index`, from 1. */
static uint64_t argument(const struct call *call, unsigned index)
{
    return call->page->x[index] & call->argument_mask;
}

typedef int64_t (*function_t)(struct call *call);

/* The vCPU with affinity `mpidr`, as it reads its MPIDR_EL1, or one that does not exist: vCPU i has
 * Aff0 = i (vcpu_reset()). */
static unsigned vcpu_of_affinity(uint64_t mpidr)
{
    return mpidr < guest.vcpu_count ? (unsigned)mpidr : guest.vcpu_count;
}

static int64_t version(struct call *call)
{
    (void)call;
    return VERSION_1_1;
}

/* 5.4: until an interrupt is pending. After a standby the call returns; after a power-down the core
 * comes up at the entry point, with the context identifier in x0. */
static int64_t cpu_suspend(struct call *call)
{
    uint32_t state = (uint32_t)argument(call, 1);
    uint64_t entry = argument(call, 2), context = argument(call, 3);
    if ((state & (POWER_STATE_RESERVED | POWER_STATE_LEVEL)) != 0) {
        return PSCI_INVALID_PARAMETERS;
    }
    if ((state & POWER_STATE_POWER_DOWN) == 0) {
        platform_vcpu_wait(call->vcpu);
        return PSCI_SUCCESS;
    }
    if (!guest_entry_valid(entry)) {
        return PSCI_INVALID_ADDRESS;
    }
    guest_vcpu_power_down(call->vcpu, entry);
    return (int64_t)context;
}

/* 5.5 */
static int64_t cpu_off(struct call *call)
{
    guest_vcpu_stop(call->vcpu);
    call->goes_on = false;
    return PSCI_SUCCESS;
}

/* 5.6: the target is on when the call returns, so that nobody ever sees it pending. */
static int64_t cpu_on(struct call *call)
{
    unsigned target = vcpu_of_affinity(argument(call, 1));
    if (target == guest.vcpu_count) {
        return PSCI_INVALID_PARAMETERS;
    }
    if (guest.vcpu_on[target]) {
        return PSCI_ALREADY_ON;
    }
    if (!guest_entry_valid(argument(call, 2))) {
        return PSCI_INVALID_ADDRESS;
    }
    return guest_vcpu_start(target, argument(call, 2), argument(call, 3)) ? PSCI_SUCCESS
                                                                          : PSCI_INTERNAL_FAILURE;
}

/* 5.7: a node of the topology is on if one of its cores is. A level ignores the affinity fields
 * below it. All vCPUs are in the node with Aff1 to Aff3 = 0. */
static int64_t affinity_info(struct call *call)
{
    uint64_t affinity = argument(call, 1), level = argument(call, 2);
    unsigned target = vcpu_of_affinity(affinity);
    if (level == 0 && target != guest.vcpu_count) {
        return guest.vcpu_on[target] ? AFFINITY_ON : AFFINITY_OFF;
    }
    if (level == 0 || level > AFFINITY_LEVEL_MAX || (affinity & ~AFFINITY_FIELDS) != 0 ||
        (affinity & AFFINITY_FIELDS_FROM(level)) != 0) {
        return PSCI_INVALID_PARAMETERS;
    }
    for (unsigned vcpu = 0; vcpu < guest.vcpu_count; vcpu++) {
        if (guest.vcpu_on[vcpu]) {
            return AFFINITY_ON;
        }
    }
    return AFFINITY_OFF;
}

static int64_t migrate_info_type(struct call *call)
{
    (void)call;
    return MIGRATE_TYPE_NONE;
}

/* 5.10 */
static int64_t system_off(struct call *call)
{
    guest_power(GUEST_POWER_OFF);
    call->goes_on = false;
    return PSCI_SUCCESS;
}

/* 5.11 */
static int64_t system_reset(struct call *call)
{
    guest_power(GUEST_POWER_RESET);
    call->goes_on = false;
    return PSCI_SUCCESS;
}

static int64_t features(struct call *call);

/* By function number. A function that is not here is NOT_SUPPORTED, which 5.2.2 allows for it. */
static const struct psci_function {
    function_t function;
    bool has_64; /* a 64-bit form exists */
} functions[] = {
    [PSCI_VERSION] = {version, false},
    [PSCI_CPU_SUSPEND] = {cpu_suspend, true},
    [PSCI_CPU_OFF] = {cpu_off, false},
    [PSCI_CPU_ON] = {cpu_on, true},
    [PSCI_AFFINITY_INFO] = {affinity_info, true},
    [PSCI_MIGRATE_INFO_TYPE] = {migrate_info_type, false},
    [PSCI_SYSTEM_OFF] = {system_off, false},
    [PSCI_SYSTEM_RESET] = {system_reset, false},
    [PSCI_FEATURES] = {features, false},
};

#define FUNCTION_COUNT (sizeof functions / sizeof *functions)

/* The function behind identifier `id`; NULL if there is none. */
static inline function_t function_find(uint32_t id)
{
    uint32_t number = SMCCC_FUNCTION(id);
    if (number >= FUNCTION_COUNT || ((id & SMCCC_64) != 0 && !functions[number].has_64)) {
        return NULL;
    }
    return functions[number].function;
}

/* 5.15: 0 for what exists; for CPU_SUSPEND that means the original power_state,
 * platform-coordinated. */
static int64_t features(struct call *call)
{
    uint32_t id = (uint32_t)argument(call, 1);
    if (id == SMCCC_VERSION_ID) {
        return PSCI_SUCCESS;
    }
    bool is_psci =
        (id & SMCCC_FAST) != 0 && (id & SMCCC_MBZ) == 0 && SMCCC_OWNER(id) == SMCCC_OWNER_STANDARD;
    return is_psci && function_find(id) != NULL ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

bool psci_handle(size_t vcpu_id, seL4_UserContext *regs)
{
    uint32_t id = (uint32_t)regs->x0;
    function_t function = function_find(id);
    if (function == NULL) {
        regs->x0 = (uint64_t)PSCI_NOT_SUPPORTED;
        return true;
    }
    struct call call = {
        .page = (const struct vcpu_page *)regs,
        .argument_mask = (id & SMCCC_64) != 0 ? ~0ul : 0xfffffffful,
        .vcpu = (unsigned)vcpu_id,
        .goes_on = true,
    };
    int64_t result = function(&call);
    if (call.goes_on) {
        regs->x0 = (uint64_t)result;
    }
    return call.goes_on;
}
