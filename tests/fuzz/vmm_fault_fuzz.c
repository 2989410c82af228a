/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the fault dispatcher: any label, syndrome, address and registers, in any order, by four
 * vCPUs, and what they ask of PSCI. Whatever a guest does, its vCPU goes on or was switched off by
 * PSCI; its registers change only as the syndrome says; what is on runs, and nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/guest.h>
#include <libvmm/vcpu.h>

#include "esr.h"
#include "guest_state.h"
#include "libvmm/fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One fault of the input. */
struct step {
    uint64_t esr;
    uint64_t gpa;
    uint64_t pstate;
    uint64_t x[4];
    uint8_t vcpu;
    uint8_t label;
    uint8_t place; /* which range `gpa` is cut down to */
    uint8_t psci;  /* with bit 7 a call of PSCI: its function, and [6] its 64-bit form */
    uint8_t unused[4];
};

#define VCPU_COUNT 4

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool device_access(size_t vcpu_id, size_t offset, size_t fsr, seL4_UserContext *regs,
                          void *data)
{
    uint64_t *word = data;
    require(offset < 0x100);
    *word = fault_emulate(regs, *word, offset, fsr, fault_get_data(regs, fsr));
    return offset != 0x80 && fault_advance(vcpu_id, regs, offset, fsr, *word);
}

static uint64_t place(const struct step *step)
{
    switch (step->place & 3) {
    case 0:
        return step->gpa;
    case 1:
        return FAKE_GICD + step->gpa % FAKE_GICD_SIZE;
    case 2:
        return 0xa000000 + step->gpa % 0x100;
    default:
        return FAKE_UART + step->gpa % 0x2000;
    }
}

/* Makes the registers a call that PSCI may accept. */
static void psci_call(const struct step *step, struct vcpu_page *page)
{
    page->esr = ESR_EC_FIELD((step->psci & 0x20) != 0 ? ESR_EC_HVC64 : ESR_EC_SMC64) | ESR_IL;
    page->x[0] = 0x84000000 | (step->psci & 0x40u) << 24 | (step->psci & 0x1f);
    page->x[1] = (step->place & 4) != 0 ? step->x[1] % (VCPU_COUNT + 1) : step->x[1] & 0x1ffff;
    page->x[2] = (step->place & 8) != 0 ? FAKE_RAM + step->x[2] % 64 : step->x[2] % 5;
}

/* A vCPU runs where the VMM believes that it does. */
static void require_what_is_on_runs(void)
{
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        require(fake.running[vcpu] == vcpu_is_on(vcpu));
    }
}

static void run(const struct step *step)
{
    static const uint64_t labels[] = {FAULT_VM, FAULT_VCPU, FAULT_VM, FAULT_VCPU,
                                      FAULT_VGIC_MAINTENANCE};
    unsigned vcpu = step->vcpu % VCPU_COUNT;
    bool is_psci = (step->psci & 0x80) != 0;
    uint64_t label = step->label < 250 ? labels[step->label % 5] : step->label;
    struct vcpu_page *page = &fake.pages[vcpu];
    if (!vcpu_is_on(vcpu)) {
        guest_vcpu_start(vcpu, FAKE_RAM, 0);
    }
    page->esr = step->esr;
    page->fault_gpa = place(step);
    page->far_va = step->gpa;
    page->pstate = step->pstate;
    memcpy(page->x, step->x, sizeof step->x);
    for (unsigned i = 0; i < 16; i++) {
        page->eoi[i] = step->x[i % 4];
    }
    if (is_psci) {
        label = FAULT_VCPU;
        psci_call(step, page);
    }
    uint64_t x30 = page->x[30];
    bool goes_on = fault_handle(vcpu, MSGINFO(label, 0));
    bool is_fault_of_vcpu =
        label == FAULT_VM || label == FAULT_VCPU || label == FAULT_VGIC_MAINTENANCE;
    require(goes_on == (is_fault_of_vcpu && vcpu_is_on(vcpu)));
    bool names_x30 = label == FAULT_VM ? ESR_SRT(step->esr) == 30 : ESR_SYS_RT(step->esr) == 30;
    require(names_x30 || page->x[30] == x30 || label == FAULT_VCPU);
    require_what_is_on_runs();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_registered;
    static uint64_t device;
    fake_start(VCPU_COUNT);
    if (!is_registered) {
        is_registered =
            fault_register_vm_exception_handler(0xa000000, 0x100, device_access, &device);
    }
    guest_start(FAKE_RAM, 0, 0);
    for (; size >= sizeof(struct step); size -= sizeof(struct step), data += sizeof(struct step)) {
        struct step step;
        memcpy(&step, data, sizeof step);
        run(&step);
    }
    return 0;
}
