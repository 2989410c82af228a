/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Every mapping of a PD or VM is described, or is one that each PD gets: its program, its stack and
 * the pages that it shares with the kernel.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "audit_system.h"

#define READ_WRITE (MAP_PERM_READ | MAP_PERM_WRITE)

/* A mapping that has to be there. */
struct wanted {
    const struct source *at;
    const char *name;
    uint64_t va, size;
    uint32_t perms;
    bool granted;
};

/* The manifest's mappings as they are accounted for. */
struct account {
    struct described *described;
    size_t pd;
    bool is_vm;
    bool *known; /* one a mapping of the manifest */
};

static void take(struct account *account, const struct wanted *wanted)
{
    struct audit *audit = account->described->audit;
    const struct audit_space *space = audit_space_of(audit, AUDIT_PD, (uint32_t)account->pd);
    const struct manifest_map *map = audit_map_find(audit, account->pd, account->is_vm, wanted->va);
    if (map == NULL) {
        finding_add(&audit->findings, FINDING_SYSTEM_MAP, wanted->at,
                    "\"%s\" at 0x%" PRIx64 " is described, but not in the image", wanted->name,
                    wanted->va);
        return;
    }
    account->known[map - audit->maps] = true;
    if (map->size != wanted->size || map->perms != wanted->perms ||
        map->granted != wanted->granted || !described_name_is(map->name, wanted->name)) {
        finding_add(&audit->findings, FINDING_SYSTEM_MAP, wanted->at,
                    "\"%s\" at 0x%" PRIx64 " has 0x%" PRIx64
                    " bytes, %s, %s in the image; described are 0x%" PRIx64 " bytes, %s, %s%s",
                    wanted->name, wanted->va, map->size, audit_rights(map->perms),
                    audit_memory_type(space, map->perms), wanted->size, audit_rights(wanted->perms),
                    audit_memory_type(space, wanted->perms),
                    described_name_is(map->name, wanted->name) ? "" : ", with that name");
    }
}

/* Who may execute memory may read it. What is not cached is Normal memory where it is RAM, else a
 * device. */
static void take_maps(struct account *account, const struct map *maps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct described_region *region = &account->described->regions[maps[i].region];
        uint32_t perms = maps[i].perms;
        perms |= (perms & MAP_PERM_EXECUTE) != 0 ? (uint32_t)MAP_PERM_READ : 0;
        if (!maps[i].cached) {
            perms |= region->in_ram ? MAP_PERM_UNCACHED : MAP_PERM_DEVICE;
        }
        take(account,
             &(struct wanted){.at = &maps[i].source,
                              .name = account->described->system->regions[maps[i].region].name,
                              .va = maps[i].vaddr,
                              .size = region->size,
                              .perms = perms,
                              .granted = true});
    }
}

/* What every PD gets beside its program. */
static void take_added(struct account *account, const struct pd *pd, uint64_t info_size)
{
    take(account, &(struct wanted){.at = &pd->source,
                                   .name = "stack",
                                   .va = PD_STACK_TOP_VA - pd->stack_size,
                                   .size = pd->stack_size,
                                   .perms = READ_WRITE});
    take(account, &(struct wanted){.at = &pd->source,
                                   .name = "message page",
                                   .va = PD_MESSAGE_PAGE_VA,
                                   .size = PAGE_SIZE_4K,
                                   .perms = READ_WRITE});
    for (size_t i = 0; pd->vm != NULL && i < pd->vm->vcpu_count; i++) {
        take(account, &(struct wanted){.at = &pd->vm->vcpus[i].source,
                                       .name = "vCPU page",
                                       .va = PD_VCPU_PAGE_VA((uint64_t)pd->vm->vcpus[i].id),
                                       .size = PAGE_SIZE_4K,
                                       .perms = READ_WRITE});
    }
    if (pd->vm != NULL) {
        take(account, &(struct wanted){.at = &pd->vm->source,
                                       .name = "VM information",
                                       .va = PD_VM_INFO_VA,
                                       .size = info_size,
                                       .perms = MAP_PERM_READ});
    }
}

/* The pages of the program: audit_program_check() has found all of them, so that as many bytes of
 * "image" are those and no others. */
static void take_program(struct account *account)
{
    struct audit *audit = account->described->audit;
    uint64_t size = 0;
    for (uint32_t i = 0; i < audit->manifest->map_count; i++) {
        const struct manifest_map *map = &audit->maps[i];
        if (map->owner == account->pd && map->is_vm == 0 && map->granted == 0 &&
            described_name_is(map->name, "image")) {
            account->known[i] = true;
            size += map->size;
        }
    }
    uint64_t wanted = account->described->programs[account->pd].page_count * PAGE_SIZE_4K;
    if (size != wanted) {
        const struct pd *pd = &account->described->system->pds[account->pd];
        finding_add(&audit->findings, FINDING_SYSTEM_MAP, &pd->program_source,
                    "the program of \"%s\" has 0x%" PRIx64 " bytes in the image, 0x%" PRIx64
                    " in its file",
                    pd->name, size, wanted);
    }
}

static void report_unknown(struct audit *audit, const bool *known)
{
    for (uint32_t i = 0; i < audit->manifest->map_count; i++) {
        const struct manifest_map *map = &audit->maps[i];
        if (!known[i]) {
            char name[NAME_SIZE];
            audit_name(name, map->name);
            finding_add(&audit->findings, FINDING_SYSTEM_MAP, NULL,
                        "%s \"%s\": \"%s\" at 0x%" PRIx64 ", 0x%" PRIx64
                        " bytes, is in the image, but not described",
                        map->is_vm != 0 ? "VM of PD" : "PD", audit->spaces[map->owner].name, name,
                        map->va, map->size);
        }
    }
}

/* Bytes of a VMM's routing table, in pages. */
static uint64_t info_size(const struct described *described, uint32_t vm)
{
    const struct vm_info *info = audit_vm_info(described->audit, vm);
    return info == NULL ? 0
                        : ((uint64_t)info->size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K;
}

void described_check_maps(struct described *described)
{
    struct audit *audit = described->audit;
    bool *known = alloc_array(audit->manifest->map_count, sizeof(*known));
    uint32_t vm = 0;
    for (size_t i = 0; i < described->system->pd_count; i++) {
        const struct pd *pd = &described->system->pds[i];
        struct account account = {.described = described, .pd = i, .known = known};
        take_maps(&account, pd->maps, pd->map_count);
        take_added(&account, pd, pd->vm == NULL ? 0 : info_size(described, vm));
        take_program(&account);
        if (pd->vm != NULL) {
            account.is_vm = true;
            take_maps(&account, pd->vm->maps, pd->vm->map_count);
            vm++;
        }
    }
    report_unknown(audit, known);
    free(known);
}
