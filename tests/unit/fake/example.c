/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of the example system. See example.h.
 */
#include "example.h"

#define TURN .budget_us = 100, .period_us = 100

static const struct manifest_pd pds[] = {
    [SERVER] = {.name = "server", .priority = 200, .parent = MANIFEST_NONE, .fpu = 1, TURN},
    [CLIENT] = {.name = "client", .priority = 100, .parent = MANIFEST_NONE, .fpu = 1, TURN},
    [OTHER] = {.name = "other", .priority = 100, .parent = MANIFEST_NONE, TURN},
    [PARENT] = {.name = "parent", .priority = 150, .parent = MANIFEST_NONE, .smc = 1, TURN},
    [CHILD] = {.name = "child", .priority = 50, .parent = PARENT, .child_id = CHILD_ID, TURN},
    [GRANDCHILD] =
        {.name = "grandchild", .priority = 40, .parent = CHILD, .child_id = GRANDCHILD_ID, TURN},
    [VMM] = {.name = "vmm",
             .priority = 120,
             .parent = MANIFEST_NONE,
             .first_vcpu = GUEST,
             .vcpu_count = 2,
             TURN},
    [VMM2] = {.name = "vmm2",
              .priority = 110,
              .parent = MANIFEST_NONE,
              .first_vcpu = GUEST2,
              .vcpu_count = 1,
              TURN},
};

static const struct manifest_vcpu vcpus[] = {
    [GUEST] = {.name = "guest", .pd = VMM, .priority = 20, .vm = 0, TURN},
    [SIBLING] = {.name = "guest", .pd = VMM, .vcpu_id = SIBLING_ID, .priority = 20, .vm = 0, TURN},
    [GUEST2] = {.name = "guest2", .pd = VMM2, .priority = 10, .vm = 1, TURN},
};

static const struct manifest_channel channels[] = {
    {SERVER, FROM_CLIENT, CLIENT, TO_SERVER, 1, 0}, {SERVER, FROM_OTHER, OTHER, TO_SERVER, 1, 0},
    {SERVER, FROM_CHILD, CHILD, TO_SERVER, 1, 0},   {SERVER, TO_PARENT, PARENT, 0, 1, 0},
    {CLIENT, TO_SERVER, SERVER, FROM_CLIENT, 1, 1}, {CLIENT, TO_EACH, OTHER, TO_EACH, 1, 0},
    {OTHER, TO_SERVER, SERVER, FROM_OTHER, 1, 1},   {OTHER, TO_EACH, CLIENT, TO_EACH, 0, 0},
    {PARENT, 0, SERVER, TO_PARENT, 1, 1},           {CHILD, TO_SERVER, SERVER, FROM_CHILD, 1, 1},
    {VMM, TO_SERVER, SERVER, FROM_VMM, 1, 0},
};

static const struct manifest_irq irqs[] = {
    {PARENT_IRQ, 1, VM_IRQ_CHANNEL, PARENT, PARENT_IRQ_CHANNEL, 0},
    {VMM_LEVEL_IRQ, 0, VM_IRQ_CHANNEL, VMM, VMM_LEVEL_CHANNEL, 0},
    {VMM_EDGE_IRQ, 1, VM_IRQ_CHANNEL, VMM, VMM_EDGE_CHANNEL, 0},
    {VMM2_LEVEL_IRQ, 0, VM_IRQ_CHANNEL, VMM2, VMM_LEVEL_CHANNEL, 0},
    {GUEST_LEVEL, 0, VM_IRQ_STRAIGHT, GUEST, 0, 0},
    {GUEST_EDGE, 1, VM_IRQ_STRAIGHT, GUEST, 0, 0},
    {GUEST2_LEVEL, 0, VM_IRQ_STRAIGHT, GUEST2, 0, 0},
};

static const struct manifest_slot slots[] = {
    {OTHER, SLOT_OF_CLIENT, SLOT_TCB, CLIENT},
    {OTHER, SLOT_OF_TIME, SLOT_SC, CLIENT},
    {OTHER, SLOT_OF_SELF, SLOT_TCB, OTHER},
};

static const struct manifest_map maps[] = {
    {.name = "heap",
     .va = 0xba0000,
     .pa = 0x60000000,
     .size = 0x10000,
     .owner = CLIENT,
     .perms = MAP_PERM_READ | MAP_PERM_WRITE,
     .granted = 1},
    {.name = "image",
     .va = PD_IMAGE_VA,
     .pa = 0x60010000,
     .size = 0x1000,
     .owner = CLIENT,
     .perms = MAP_PERM_READ | MAP_PERM_EXECUTE},
    {.name = "uart",
     .va = 0x9000000,
     .pa = 0x9000000,
     .size = 0x1000,
     .owner = VMM,
     .is_vm = 1,
     .perms = MAP_PERM_READ | MAP_PERM_WRITE | MAP_PERM_DEVICE,
     .granted = 1},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct description example = {
    .pds = pds,
    .pd_count = COUNT(pds),
    .vcpus = vcpus,
    .vcpu_count = COUNT(vcpus),
    .channels = channels,
    .channel_count = COUNT(channels),
    .irqs = irqs,
    .irq_count = COUNT(irqs),
    .maps = maps,
    .map_count = COUNT(maps),
    .slots = slots,
    .slot_count = COUNT(slots),
};

int example_boot(void **state)
{
    (void)state;
    system_boot_idle(&example);
    return 0;
}

int example_boot_running(void **state)
{
    (void)state;
    system_boot(&example);
    return 0;
}

static struct pd *woken_by_test;

static struct thread *wake(struct cpu *cpu, uint64_t esr)
{
    (void)esr;
    struct thread *woken = pd_signal(woken_by_test, CHANNEL_MAX - 1);
    return the_system.is_idle ? sched_block_slow(cpu, woken) : sched_wake(cpu, woken);
}

void example_wake(unsigned pd)
{
    woken_by_test = PD(pd);
    system_enter(wake, 0);
    if (running() != &PD(pd)->thread) {
        system_fail("the PD that was woken does not run");
    }
}

void example_start(unsigned vcpu)
{
    unsigned vmm = (unsigned)(VCPU(vcpu)->vmm - the_system.pds);

    example_wake(vmm);
    pd_call(vmm, SYS_VCPU_START, VCPU(vcpu)->id, 0x40000000, 0);
    pd_wait(vmm);
    if (running() != &VCPU(vcpu)->thread) {
        system_fail("the vCPU that was started does not run");
    }
}

static unsigned vmm_of_running(void)
{
    return (unsigned)(vcpu_of(running())->vmm - the_system.pds);
}

void example_trap(void)
{
    unsigned vmm = vmm_of_running();

    system_exception((uint64_t)ESR_EC_HVC << 26);
    if (running() != &PD(vmm)->thread) {
        system_fail("the VMM of a fault does not run");
    }
}

uint64_t example_ask(uint64_t number, uint64_t x1, uint64_t x2)
{
    unsigned vmm = vmm_of_running();
    uint32_t id = vcpu_of(running())->id;

    example_trap();
    if (pd_call(vmm, number, id, x1, x2) != DROVER_OK) {
        system_fail("the VMM's call failed");
    }
    uint64_t result = PD(vmm)->frame.x[1];
    pd_answer(vmm);
    return result;
}
