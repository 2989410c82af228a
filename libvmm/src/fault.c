/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The dispatcher: who answers what a guest did. The guest is not trusted, so everything has an
 * answer and none of them is to stop.
 */
#include <libvmm/arch/aarch64/fault.h>

#include <libvmm/arch/aarch64/smc.h>
#include <libvmm/util/util.h>

#include "compiler.h"
#include "esr.h"
#include "exception.h"
#include "guest_state.h"
#include "sysreg.h"
#include "vgic.h"
#include "vm_info.h"

#define HANDLER_MAX 32

/* A range of guest-physical space that the VMM emulates. */
struct handler {
    uint64_t base;
    uint64_t size;
    vm_exception_handler_t callback;
    void *data;
};

static struct handler handlers[HANDLER_MAX];
static unsigned handler_count;
static unsigned handler_last; /* devices are accessed in bursts */

static const struct guest_table *places; /* NULL: nobody has told what lies where */

bool fault_register_vm_exception_handler(uintptr_t base, size_t size,
                                         vm_exception_handler_t callback, void *data)
{
    if (size == 0 || base + (size - 1) < base) {
        LOG_VMM_ERR("fault_register_vm_exception_handler: 0x%lx + 0x%lx (GPA) is %s\n",
                    (unsigned long)base, (unsigned long)size, size == 0 ? "empty" : "too long");
        return false;
    }
    for (unsigned i = 0; i < handler_count; i++) {
        if (base <= handlers[i].base + (handlers[i].size - 1) &&
            handlers[i].base <= base + (size - 1)) {
            LOG_VMM_ERR("fault_register_vm_exception_handler: 0x%lx + 0x%lx overlaps 0x%lx + 0x%lx "
                        "(GPA), which is registered\n",
                        (unsigned long)base, (unsigned long)size, handlers[i].base,
                        handlers[i].size);
            return false;
        }
    }
    if (handler_count == HANDLER_MAX) {
        LOG_VMM_ERR("fault_register_vm_exception_handler: %u ranges are registered, which is all "
                    "there is room for\n",
                    HANDLER_MAX);
        return false;
    }
    handlers[handler_count++] =
        (struct handler){.base = base, .size = size, .callback = callback, .data = data};
    return true;
}

static const struct handler *handler_find(uint64_t gpa)
{
    if (handler_last < handler_count &&
        gpa - handlers[handler_last].base < handlers[handler_last].size) {
        return &handlers[handler_last];
    }
    for (unsigned i = 0; i < handler_count; i++) {
        if (gpa - handlers[i].base < handlers[i].size) {
            handler_last = i;
            return &handlers[i];
        }
    }
    return NULL;
}

void fault_register_places(const struct guest_table *table)
{
    places = table;
}

/* What is known of where the access went, and the end of the line. */
COLD static void log_place(uint64_t gpa)
{
    if (places != NULL) {
        const char *text = guest_table_place_text(places, gpa);
        vmm_printf(": %s\n", text != NULL ? text : GUEST_PLACE_NONE);
        return;
    }
    const struct vm_info_region *near = vm_info_region_nearest(guest.info, gpa);
    uint64_t offset = near != NULL ? gpa - near->gpa : 0;
    vmm_printf(" (nearest region: \"%s\"%s0x%lx)\n", near != NULL ? near->name : "none",
               (int64_t)offset < 0 ? " - " : " + ", (int64_t)offset < 0 ? 0 - offset : offset);
}

/* One line about an access that nobody claims. */
COLD static void log_unclaimed(const struct vcpu_page *page, unsigned vcpu)
{
    if (!guest_log_allowed()) {
        return;
    }
    const char *access = (page->esr & ESR_WNR) != 0 ? "write" : "read";
    int width = fault_get_width_bytes(page->esr);
    if (ESR_EC(page->esr) == ESR_EC_IABT_LOWER) {
        access = "fetch";
        width = 4;
    }
    LOG_VMM("vCPU %u: %s of %d byte(s) at GPA 0x%lx, PC 0x%lx: not the guest's; external abort",
            vcpu, access, width, page->fault_gpa, page->pc);
    log_place(page->fault_gpa);
}

/* A data abort of an access that the syndrome describes. */
#define ACCESS_MASK (ESR_EC_FIELD(0x3f) | ESR_ISV)
#define ACCESS      (ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_ISV)

static inline void distributor_write(unsigned vcpu, struct vcpu_page *page, uint32_t offset)
{
    unsigned rt = ESR_SRT(page->esr);
    vgic_write(vcpu, offset, 1u << ESR_SAS(page->esr), rt == 31 ? 0 : (uint32_t)page->x[rt]);
    exception_skip(page);
}

/* What is not the common access to a distributor's register. */
COLD static bool access_other(unsigned vcpu, struct vcpu_page *page)
{
    uint64_t esr = page->esr, gpa = page->fault_gpa;
    if ((esr & ACCESS_MASK) == ACCESS && gpa - vgic.gicd_gpa < vgic.gicd_size) {
        uint32_t offset = (uint32_t)(gpa - vgic.gicd_gpa);
        *decode_rt(ESR_SRT(esr), (seL4_UserContext *)page) =
            esr_extend(esr, vgic_read(vcpu, offset, 1u << ESR_SAS(esr)));
        exception_skip(page);
        return true;
    }
    if ((esr & ACCESS_MASK) == ACCESS) {
        const struct handler *handler = handler_find(gpa);
        if (handler != NULL && handler->callback(vcpu, gpa - handler->base, esr,
                                                 (seL4_UserContext *)page, handler->data)) {
            return true;
        }
    } else if (ESR_EC(esr) == ESR_EC_DABT_LOWER && (esr & (ESR_CM | ESR_S1PTW)) == ESR_CM) {
        exception_skip(page); /* there is nothing cached of what does not exist */
        return true;
    }
    log_unclaimed(page, vcpu);
    exception_abort(vcpu);
    return true;
}

static inline bool stage2_abort(unsigned vcpu)
{
    struct vcpu_page *page = platform_vcpu_page(vcpu);
    uint64_t esr = page->esr;
    uint64_t offset = page->fault_gpa - vgic.gicd_gpa;
    /* A distributor register, not sign-extended: what guests do most. */
    if (LIKELY((esr & (ACCESS_MASK | ESR_SSE)) == ACCESS && offset < VGIC_REGISTER_END)) {
        if ((esr & ESR_WNR) != 0) {
            distributor_write(vcpu, page, (uint32_t)offset);
            return true;
        }
        uint32_t value = vgic_read(vcpu, (uint32_t)offset, 1u << ESR_SAS(esr));
        unsigned rt = ESR_SRT(esr);
        if (LIKELY(rt != 31)) {
            page->x[rt] = value;
        }
        exception_skip(page);
        return true;
    }
    return access_other(vcpu, page);
}

bool fault_handle_vm_exception(size_t vcpu_id)
{
    return stage2_abort((unsigned)vcpu_id);
}

COLD static bool undefined(unsigned vcpu, const struct vcpu_page *page)
{
    if (guest_log_allowed()) {
        LOG_VMM("vCPU %u: exception with syndrome 0x%lx at PC 0x%lx: undefined for the guest\n",
                vcpu, page->esr, page->pc);
    }
    exception_undefined(vcpu);
    return true;
}

bool fault_handle_vcpu_exception(size_t vcpu_id)
{
    unsigned vcpu = (unsigned)vcpu_id;
    struct vcpu_page *page = platform_vcpu_page(vcpu);
    switch (ESR_EC(page->esr)) {
    case ESR_EC_SMC64:
        exception_skip(page); /* HVC has done so itself */
        return smc_handle(vcpu_id, page->esr);
    case ESR_EC_HVC64:
        return smc_handle(vcpu_id, page->esr);
    case ESR_EC_SYSREG:
        return sysreg_access(vcpu, page) || undefined(vcpu, page);
    case ESR_EC_WFX:
        exception_skip(page);
        return true;
    default:
        return undefined(vcpu, page);
    }
}

COLD static bool fault_other(unsigned vcpu, uint64_t label)
{
    switch (label) {
    case PLATFORM_ANSWERED:
        return true;
    case FAULT_VGIC_MAINTENANCE:
        vgic_maintenance(vcpu);
        return true;
    default:
        LOG_VMM_ERR("fault_handle: vCPU %u: fault label %lu is none of a vCPU's\n", vcpu,
                    (unsigned long)label);
        return false;
    }
}

static inline bool fault_answer(unsigned vcpu, uint64_t label)
{
    if (LIKELY(label == FAULT_VM)) {
        return stage2_abort(vcpu);
    }
    return label == FAULT_VCPU ? fault_handle_vcpu_exception(vcpu) : fault_other(vcpu, label);
}

COLD static bool fault_refuse(size_t child, uint64_t label)
{
    LOG_VMM_ERR("fault_handle: %s fault of child %lu, which is no vCPU of the guest\n",
                fault_to_string(label), (unsigned long)child);
    return false;
}

bool fault_handle(size_t vcpu_id, microkit_msginfo msginfo)
{
    uint64_t label = microkit_msginfo_get_label(msginfo);
    if (UNLIKELY(vcpu_id >= guest.vcpu_count)) {
        return fault_refuse(vcpu_id, label);
    }
    unsigned vcpu = (unsigned)vcpu_id;
    bool goes_on = fault_answer(vcpu, platform_fault_take(vcpu, label));
    platform_fault_done(vcpu);
    return goes_on;
}
