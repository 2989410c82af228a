/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The manifest: found where the kernel finds it, through the kernel's own table; its arrays
 * bounded; and who has an address space, from its PDs and vCPUs.
 */
#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "audit.h"
#include "diag.h"

#define IRQ_MAX           1020 /* INTIDs of a GIC: IHI 0048B, 2.2.1 */
#define KERNEL_EXTENT_MAX 256  /* a sound one has about fifteen; bounds the time that rules take */
#define VTTBR_BADDR       UINT64_C(0x0000ffffffffffff) /* D17.2.158; with CnP, which has to be zero */

static bool report_unreadable(const struct audit *audit, const char *what)
{
    const struct source at = {.file = audit->input->image_path};
    diag_error(&at, "the manifest cannot be read: %s", what);
    return false;
}

/* Returns the array at `offset`, or NULL unless it lies behind the header and in the manifest. */
static const void *array_find(const struct manifest *manifest, uint32_t offset, uint32_t count,
                              size_t size)
{
    if (offset < sizeof(*manifest) || offset % sizeof(uint64_t) != 0 || offset > manifest->size ||
        count * (uint64_t)size > manifest->size - offset) {
        return NULL;
    }
    return (const uint8_t *)manifest + offset;
}

static bool arrays_find(struct audit *audit)
{
    const struct manifest *m = audit->manifest;
    audit->pds = array_find(m, m->pd_offset, m->pd_count, sizeof(*audit->pds));
    audit->vcpus = array_find(m, m->vcpu_offset, m->vcpu_count, sizeof(*audit->vcpus));
    audit->channels = array_find(m, m->channel_offset, m->channel_count, sizeof(*audit->channels));
    audit->irqs = array_find(m, m->irq_offset, m->irq_count, sizeof(*audit->irqs));
    audit->maps = array_find(m, m->map_offset, m->map_count, sizeof(*audit->maps));
    audit->slots = array_find(m, m->slot_offset, m->slot_count, sizeof(*audit->slots));
    audit->schedule =
        array_find(m, m->schedule_offset, m->schedule_count, sizeof(*audit->schedule));
    return audit->pds != NULL && audit->vcpus != NULL && audit->channels != NULL &&
           audit->irqs != NULL && audit->maps != NULL && audit->slots != NULL &&
           audit->schedule != NULL;
}

/* Counts the VMs, which number from 0 in the order of their vCPUs; false if they do not. */
static bool vms_count(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->vcpu_count; i++) {
        uint32_t vm = audit->vcpus[i].vm;
        if (vm == audit->vm_count) {
            audit->vm_count++;
        } else if (vm + 1 != audit->vm_count) {
            return false;
        }
    }
    return audit->vm_count <= VM_MAX;
}

/* Whether there is no more of anything than there can be. */
static bool counts_are_sane(const struct manifest *manifest)
{
    return manifest->pd_count > 0 && manifest->pd_count <= PD_MAX &&
           manifest->vcpu_count <= VM_MAX * VCPU_MAX &&
           manifest->channel_count <= PD_MAX * CHANNEL_MAX && manifest->irq_count <= IRQ_MAX &&
           manifest->slot_count <= PD_MAX * SLOT_MAX && manifest->schedule_count <= SCHEDULE_MAX;
}

static bool manifest_find(struct audit *audit, const struct audit_space *kernel)
{
    if (kernel->extent_count > KERNEL_EXTENT_MAX) {
        return report_unreadable(audit, "the kernel's table maps too many pieces of memory");
    }
    const struct audit_extent *extent = audit_lookup(kernel, KERNEL_MANIFEST_VA);
    if (extent == NULL) {
        return report_unreadable(audit, "the kernel's table does not map it");
    }
    uint64_t into = KERNEL_MANIFEST_VA - extent->va;
    uint64_t size = extent->size - into;
    audit->manifest_pa = extent->pa + into;
    const struct manifest *manifest = audit_bytes(audit, audit->manifest_pa, sizeof(*manifest));
    if (manifest == NULL) {
        return report_unreadable(audit, "the kernel's table finds it outside of the image");
    }
    if (manifest->magic != MANIFEST_MAGIC || manifest->version != MANIFEST_VERSION) {
        return report_unreadable(audit, "wrong magic or version; build the image again");
    }
    if (manifest->size < sizeof(*manifest) || manifest->size > size ||
        audit_bytes(audit, audit->manifest_pa, manifest->size) == NULL) {
        return report_unreadable(audit, "its size is wrong");
    }
    audit->manifest = manifest;
    if (!counts_are_sane(manifest) || !arrays_find(audit) || !vms_count(audit)) {
        return report_unreadable(audit, "an array is out of its bounds");
    }
    return true;
}

static struct audit_space *space_start(struct audit *audit, enum audit_kind kind, uint32_t index,
                                       const char *name, uint64_t root_pa)
{
    struct audit_space *space = &audit->spaces[audit->space_count++];
    space->kind = kind;
    space->index = index;
    space->root_pa = root_pa;
    audit_name(space->name, name);
    return space;
}

bool audit_read_manifest(struct audit *audit)
{
    struct audit_space kernel = {
        .kind = AUDIT_KERNEL, .name = "kernel", .root_pa = audit->info.kernel_table_pa};
    audit_walk(audit, &kernel);
    bool found = manifest_find(audit, &kernel);
    size_t limit = found ? audit->manifest->pd_count + (size_t)audit->vm_count + 2 : 1;
    audit->spaces = alloc_array(limit, sizeof(*audit->spaces));
    for (uint32_t i = 0; found && i < audit->manifest->pd_count; i++) {
        const struct manifest_pd *pd = &audit->pds[i];
        audit_walk(audit, space_start(audit, AUDIT_PD, i, pd->name, pd->vttbr & VTTBR_BADDR));
    }
    for (uint32_t i = 0; found && i < audit->vm_count; i++) {
        const struct manifest_vcpu *vcpu = audit_first_vcpu(audit, i);
        audit_walk(audit, space_start(audit, AUDIT_VM, i, vcpu->name, vcpu->vttbr & VTTBR_BADDR));
    }
    audit->spaces[audit->space_count++] = kernel;
    if (found) {
        audit_walk(audit,
                   space_start(audit, AUDIT_LOADER, 0, "loader", audit->info.loader_table_pa));
    }
    return found;
}
