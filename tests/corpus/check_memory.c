/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest's memory, and the table that its VMM goes by.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "drover/guest_table.h"

/* The memory that the guest's tree shows: one range. */
static struct span tree_memory(const struct oracle *guest)
{
    struct spans found = {0};
    struct span memory = {0};
    for (size_t i = 1; i < guest->count; i++) {
        int length;
        const char *type = fdt_getprop(guest->fdt, guest->nodes[i].offset, "device_type", &length);
        if (type != NULL && length == 7 && memcmp(type, "memory", 7) == 0) {
            oracle_regs(guest, i, UINT64_MAX, &found);
        }
    }
    if (found.count == 1) {
        memory = found.entries[0];
    }
    spans_free(&found);
    return memory;
}

static bool is_within(const struct span *outer, uint64_t base, uint64_t size)
{
    return base >= outer->base && size <= outer->size && base - outer->base <= outer->size - size;
}

/* The guest's RAM: the board's, nobody else's, and where its devices are not. */
static void check_place(struct subject *subject, const char *run, const struct artefacts *artefacts,
                        const struct span *ram)
{
    if (board_memory_find(&subject->board, ram->base, ram->size) == NULL) {
        subject_fail(subject, run, "its RAM at 0x%" PRIx64 " is not the board's", ram->base);
    }
    if (spans_hit(&subject->reserved, ram->base, ram->size) != NULL) {
        subject_fail(subject, run, "its RAM at 0x%" PRIx64 " is reserved", ram->base);
    }
    const struct range image = {.base = subject->board.image_pa, .size = CORPUS_IMAGE};
    if (range_overlaps(&image, ram->base, ram->size)) {
        subject_fail(subject, run, "its RAM at 0x%" PRIx64 " is where the image goes", ram->base);
    }
    for (size_t i = 0; i < artefacts->map_count; i++) {
        const struct mapping *map = &artefacts->maps[i];
        const char *end = strrchr(map->region, '_');
        bool is_ram = end != NULL && strcmp(end, "_ram") == 0;
        const struct range range = {.base = map->pa, .size = map->size};
        if (is_ram ? map->pa != ram->base || map->gpa != ram->base || map->size != ram->size
                   : range_overlaps(&range, ram->base, ram->size)) {
            subject_fail(subject, run, "RAM at 0x%" PRIx64 " and the map of \"%s\" disagree",
                         ram->base, map->region);
        }
    }
}

static uint64_t chosen_number(const struct oracle *guest, const char *name)
{
    int length;
    int chosen = fdt_path_offset(guest->fdt, "/chosen");
    const void *value = chosen < 0 ? NULL : fdt_getprop(guest->fdt, chosen, name, &length);
    return value == NULL ? 0 : length == 4 ? fdt32_ld(value) : fdt64_ld(value);
}

void check_memory(struct subject *subject, const char *run, const struct artefacts *artefacts,
                  const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    struct span ram = tree_memory(&artefacts->guest);
    if (ram.size != composed->request->ram_size) {
        subject_fail(subject, run, "its tree shows 0x%" PRIx64 " bytes of memory", ram.size);
        return;
    }
    check_place(subject, run, artefacts, &ram);
    uint64_t start = chosen_number(&artefacts->guest, "linux,initrd-start");
    uint64_t end = chosen_number(&artefacts->guest, "linux,initrd-end");
    if (end - start != composed->initrd.size || !is_within(&ram, start, end - start) ||
        start < ram.base + composed->kernel_memory) {
        subject_fail(subject, run, "its initial RAM disk is at 0x%" PRIx64, start);
    }
    for (int i = 0; i < fdt_num_mem_rsv(artefacts->guest.fdt); i++) {
        subject_fail(subject, run, "a reservation of the board's is left in its tree");
    }
    if (fdt_path_offset(artefacts->guest.fdt, "/cpus/cpu@0") < 0 ||
        fdt_path_offset(artefacts->guest.fdt, "/psci") < 0) {
        subject_fail(subject, run, "its tree has no CPU or no firmware");
    }
}

void check_table(struct subject *subject, const char *run, const struct artefacts *artefacts,
                 const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    const struct guest_table *table = (const struct guest_table *)(const void *)artefacts->table;
    size_t size = artefacts->table_size;
    if (size < sizeof(*table) || table->magic != GUEST_TABLE_MAGIC || table->size != size ||
        table->kernel_gpa != composed->kernel_gpa || table->dtb_gpa != composed->dtb_gpa ||
        table->initrd_gpa != composed->initrd_gpa) {
        subject_fail(subject, run, "its table has a wrong head");
        return;
    }
    const struct guest_place *places =
        (const struct guest_place *)(const void *)(artefacts->table + table->place_offset);
    for (size_t i = 0; i < table->place_count; i++) {
        if ((i > 0 && places[i - 1].pa > places[i].pa) || places[i].text_offset >= size ||
            memchr(artefacts->table + places[i].text_offset, '\0', size - places[i].text_offset) ==
                NULL) {
            subject_fail(subject, run, "row %zu of its table is out of order or out of it", i);
            return;
        }
    }
}
