/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Firmware calls of the guest, sorted by who owns them (Arm DEN0028, 6). x4 and above are never
 * changed, as version 1.1 of the convention asks.
 */
#include <libvmm/arch/aarch64/smc.h>

#include <libvmm/arch/aarch64/psci.h>
#include <libvmm/util/util.h>

#include "compiler.h"
#include "guest_state.h"
#include "smccc.h"

#define ALLOWED_MAX 32

static smc_sip_handler_t sip_handler;
static uint32_t allowed[ALLOWED_MAX];
static unsigned allowed_count;

void smc_set_return_value(seL4_UserContext *u, uint64_t val)
{
    u->x0 = val;
}

uint64_t smc_get_arg(seL4_UserContext *u, uint64_t arg)
{
    const struct vcpu_page *page = (const struct vcpu_page *)u;
    return arg >= 1 && arg <= 6 ? page->x[arg] : 0;
}

bool smc_register_sip_handler(smc_sip_handler_t handler)
{
    if (sip_handler != NULL) {
        LOG_VMM_ERR("smc_register_sip_handler: there is a handler already\n");
        return false;
    }
    sip_handler = handler;
    return true;
}

bool smc_is_granted(void)
{
    return platform_vm_info()->smc_allowed != 0;
}

bool smc_allow_forward(uint32_t function_id)
{
    if (!smc_is_granted()) {
        LOG_VMM_ERR("smc_allow_forward: 0x%x: the VMM may not call the firmware; give its "
                    "<protection_domain> smc=\"true\"\n",
                    function_id);
        return false;
    }
    if (allowed_count == ALLOWED_MAX) {
        LOG_VMM_ERR("smc_allow_forward: 0x%x: %u functions are allowed, which is all there is room "
                    "for\n",
                    function_id, ALLOWED_MAX);
        return false;
    }
    allowed[allowed_count++] = function_id;
    return true;
}

bool smc_sip_forward(size_t vcpu_id, seL4_UserContext *regs, size_t fn_number)
{
    (void)vcpu_id;
    (void)fn_number;
    struct vcpu_page *page = (struct vcpu_page *)regs;
    bool is_allowed = false;
    for (unsigned i = 0; i < allowed_count; i++) {
        is_allowed |= allowed[i] == (uint32_t)page->x[0];
    }
    if (!is_allowed) {
        return false;
    }
    uint64_t x[8];
    for (unsigned i = 0; i < ARRAY_SIZE(x); i++) {
        x[i] = page->x[i];
    }
    if (!platform_smc(x)) {
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        page->x[i] = x[i];
    }
    return true;
}

/* Discovery. Workarounds for speculation are denied: there is no firmware of ours to do them, and
 * whether the CPU needs any the guest knows from its identification registers. */
COLD static int64_t architecture_call(const seL4_UserContext *regs)
{
    uint32_t subject = (uint32_t)regs->x1;
    switch ((uint32_t)regs->x0) {
    case SMCCC_VERSION_ID:
        return SMCCC_VERSION_1_1;
    case SMCCC_ARCH_FEATURES_ID:
        return subject == SMCCC_VERSION_ID || subject == SMCCC_ARCH_FEATURES_ID
                   ? 0
                   : SMCCC_NOT_SUPPORTED;
    default:
        return SMCCC_NOT_SUPPORTED;
    }
}

COLD static bool vendor_call(size_t vcpu_id, seL4_UserContext *regs)
{
    uint32_t id = (uint32_t)regs->x0;
    if (sip_handler != NULL && sip_handler(vcpu_id, regs, SMCCC_FUNCTION(id))) {
        return true;
    }
    if (guest_log_allowed()) {
        LOG_VMM(
            "vCPU %lu: firmware call 0x%x: not supported; smc_allow_forward() lets one through\n",
            (unsigned long)vcpu_id, id);
    }
    return false;
}

/* Calls of everybody but the standard services. */
COLD static bool other_call(size_t vcpu_id, seL4_UserContext *regs, bool is_conforming)
{
    uint32_t id = (uint32_t)regs->x0;
    int64_t result = SMCCC_NOT_SUPPORTED;
    switch (is_conforming ? (int)SMCCC_OWNER(id) : -1) {
    case SMCCC_OWNER_ARCH:
        result = architecture_call(regs);
        break;
    case SMCCC_OWNER_SIP:
    case SMCCC_OWNER_OEM:
        if (vendor_call(vcpu_id, regs)) {
            return true;
        }
        break;
    default:
        break;
    }
    regs->x0 = (uint64_t)result;
    return true;
}

bool smc_handle(size_t vcpu_id, uint64_t hsr)
{
    seL4_UserContext *regs = (seL4_UserContext *)platform_vcpu_page((unsigned)vcpu_id);
    uint32_t id = (uint32_t)regs->x0;
    bool is_conforming = (hsr & 0xffff) == 0 && (id & (SMCCC_FAST | SMCCC_MBZ)) == SMCCC_FAST;
    if (LIKELY(is_conforming && SMCCC_OWNER(id) == SMCCC_OWNER_STANDARD)) {
        return psci_handle(vcpu_id, regs);
    }
    return other_call(vcpu_id, regs, is_conforming);
}
