/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's PCI Express hosts at a restart. See guest_pci.h.
 */
#include <libvmm/guest_pci.h>

#include <libvmm/guest.h>
#include <libvmm/util/util.h>

#include "guest_state.h"
#include "pci_quiet.h"
#include "platform.h"
#include "vm_info.h"

/* Bytes of a bus and of a function, and the number of buses (PCI Express 4.0, 7.2.2). */
#define BUS_SHIFT      20
#define FUNCTION_SHIFT 12
#define BUS_COUNT      256

struct host {
    struct pci_space space; /* first: a struct pci_space * of a host is a struct host * */
    uintptr_t ecam_va;
    uint64_t settled_tick; /* when its devices may be looked at again */
};

static struct host hosts[GUEST_PCI_MAX];

static volatile uint32_t *config_register(const struct pci_space *space, unsigned bus,
                                          unsigned function, unsigned offset)
{
    const struct host *host = (const struct host *)space;
    uintptr_t at = (uintptr_t)(bus - space->bus_first) << BUS_SHIFT;
    return (volatile uint32_t *)(host->ecam_va + at + ((uintptr_t)function << FUNCTION_SHIFT) +
                                 offset);
}

static uint32_t config_read(const struct pci_space *space, unsigned bus, unsigned function,
                            unsigned offset)
{
    return *config_register(space, bus, function, offset);
}

static void config_write(const struct pci_space *space, unsigned bus, unsigned function,
                         unsigned offset, uint32_t value)
{
    *config_register(space, bus, function, offset) = value;
}

static void wait_until(uint64_t tick)
{
    while ((int64_t)(tick - platform_ticks()) > 0) {
    }
}

static uint64_t ticks_of(uint64_t microseconds)
{
    return microseconds * platform_ticks_per_second() / 1000000 + 1;
}

static void delay(const struct pci_space *space, unsigned microseconds)
{
    (void)space;
    wait_until(platform_ticks() + ticks_of(microseconds));
}

static void host_quiet(void *data)
{
    struct host *host = data;
    struct pci_quiet quiet = pci_quiet(&host->space);
    host->settled_tick = platform_ticks() + ticks_of(quiet.resets != 0 ? PCI_SETTLE_US : 0);
    LOG_VMM("PCI: %u functions are off the bus, %u of the root bus reset, %u of them busy\n",
            quiet.functions, quiet.resets, quiet.busy);
}

/* Clearing RAM and placing images have usually taken as long. */
static void host_settle(void *data)
{
    const struct host *host = data;
    wait_until(host->settled_tick);
}

static bool is_shared(const struct guest_pci *pci)
{
    const struct vm_info_region *region = vm_info_regions(guest.info);
    for (uint32_t i = 0; i < guest.info->region_count; i++, region++) {
        if (region->kind == VM_REGION_DEVICE && region->vmm_va != 0 &&
            pci->ecam_va >= region->vmm_va && pci->ecam_size <= region->size &&
            pci->ecam_va - region->vmm_va <= region->size - pci->ecam_size) {
            return true;
        }
    }
    return false;
}

bool guest_register_pci(const struct guest_pci *pci)
{
    if (pci->bus_count == 0 || pci->bus_count > BUS_COUNT ||
        pci->bus_first > BUS_COUNT - pci->bus_count ||
        pci->ecam_size < (uint64_t)pci->bus_count << BUS_SHIFT || pci->ecam_va % 4 != 0) {
        LOG_VMM_ERR("guest_register_pci: %u buses from %u on in 0x%lx bytes at VA 0x%lx; there are "
                    "%u, of 1 MiB each\n",
                    pci->bus_count, pci->bus_first, (unsigned long)pci->ecam_size,
                    (unsigned long)pci->ecam_va, BUS_COUNT);
        return false;
    }
    if (!is_shared(pci)) {
        LOG_VMM_ERR("guest_register_pci: 0x%lx + 0x%lx (VA) is not inside one device region of the "
                    "VM that the VMM has mapped as well\n",
                    (unsigned long)pci->ecam_va, (unsigned long)pci->ecam_size);
        return false;
    }
    unsigned count = guest.life.pci_count;
    if (count == GUEST_PCI_MAX) {
        LOG_VMM_ERR("guest_register_pci: %u hosts are registered, which is all there is room for\n",
                    GUEST_PCI_MAX);
        return false;
    }
    hosts[count] = (struct host){.space = {.bus_first = pci->bus_first,
                                           .bus_count = pci->bus_count,
                                           .read = config_read,
                                           .write = config_write,
                                           .delay = delay},
                                 .ecam_va = pci->ecam_va};
    guest.life.pci_count++;
    return guest_register_quiet_handler(host_quiet, &hosts[count]) &&
           guest_register_reset_handler(host_settle, &hosts[count]);
}
