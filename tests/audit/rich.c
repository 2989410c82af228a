/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A good image of a rich system, made by the planner from small programs.
 */
#include "rich.h"

#include <elf.h> /* the format; "elf.h" is the tool's reader */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag_capture.h"
#include "elf_build.h"
#include "plan.h"

#define DESCRIPTION "tests/audit/rich.system"
#define GLOBAL_DATA (STB_GLOBAL << 4 | STT_OBJECT)

static const struct board board = {
    .name = "test",
    .image_pa = 0x40800000,
    .memory = {{0x40000000, 0x4000000}},
    .memory_count = 1,
    .reserved = {{0x42000000, 0x100000}},
    .reserved_count = 1,
    .devices = {{0x08000000, 0x18000000}},
    .device_count = 1,
    .gic_version = 2,
    .gicd = {0x08000000, 0x1000},
    .gicc = {0x08010000, 0x2000},
    .gich = {0x08030000, 0x2000},
    .gicv = {0x08040000, 0x2000},
    .msi = {{0x08020000, 0x1000}},
    .msi_count = 1,
    .irq_lines = 96,
    .timer_irq = 26,
    .vtimer_irq = 27,
    .ptimer_irq = 30,
    .maintenance_irq = 25,
    .uart_type = UART_PL011,
    .uart_pa = 0x09000000,
};

static char directory[] = "/tmp/drover-audit-test-XXXXXX";
static const char *const file_names[] = {"loader.elf", "kernel.elf", "program.elf", "text"};

static void need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "%s\n%s", what, diag_captured());
        abort();
    }
}

static char *path_of(const char *name)
{
    char *path = malloc(sizeof(directory) + NAME_SIZE);
    need(path != NULL, "no memory");
    snprintf(path, sizeof(directory) + NAME_SIZE, "%s/%s", directory, name);
    return path;
}

static void build_program(const char *name, const struct elf_recipe *recipe)
{
    char *path = path_of(name);
    elf_build_file(recipe, path);
    free(path);
}

static void write_loader(void)
{
    static const uint8_t header[0x800] = {[0x38] = 'A', 'R', 'M', 0x64};
    const struct built_segment segments[] = {
        {.memory_size = 0x800, .file_size = 0x800, .flags = PF_R | PF_X, .contents = header},
        {.va = 0x1000, .memory_size = 0x400, .file_size = 0x10, .flags = PF_R | PF_W},
        {.va = 0x2000, .memory_size = 0x1000, .file_size = 0x1000, .flags = PF_R | PF_X}};
    const struct built_symbol symbols[] = {{"loader_switch", 0x2000, 0, STB_GLOBAL << 4}};
    build_program("loader.elf", &(struct elf_recipe){.segments = segments,
                                                     .segment_count = 3,
                                                     .symbols = symbols,
                                                     .symbol_count = 1});
}

static void write_kernel(void)
{
    const struct built_segment segments[] = {
        {.va = KERNEL_VA, .memory_size = 0x3000, .file_size = 0x2f00, .flags = PF_R | PF_X},
        {.va = KERNEL_VA + 0x3000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R},
        {.va = KERNEL_VA + 0x4000, .memory_size = 0x5000, .file_size = 0x10, .flags = PF_R | PF_W}};
    build_program(
        "kernel.elf",
        &(struct elf_recipe){.entry = KERNEL_VA + 0x800, .segments = segments, .segment_count = 3});
}

static void write_program(void)
{
    const struct built_segment segments[] = {
        {.va = 0x200000, .memory_size = 0x1000, .file_size = 0xf80, .flags = PF_R | PF_X},
        {.va = 0x201000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R},
        {.va = 0x202000, .memory_size = 0x14000, .file_size = 0x80, .flags = PF_R | PF_W}};
    const struct built_symbol symbols[] = {
        {"in_data", 0x202010, 8, GLOBAL_DATA},
        {"in_bss", 0x205ffc, 8, GLOBAL_DATA}, /* across a page */
        {"microkit_name", 0x202040, 64, GLOBAL_DATA},
        {"microkit_passive", 0x206000, 1, GLOBAL_DATA},
        {"microkit_irqs", 0x206008, 8, GLOBAL_DATA},
        {"microkit_notifications", 0x206010, 8, GLOBAL_DATA},
        {"microkit_pps", 0x206018, 8, GLOBAL_DATA},
    };
    build_program("program.elf", &(struct elf_recipe){.entry = 0x200020,
                                                      .segments = segments,
                                                      .segment_count = 3,
                                                      .symbols = symbols,
                                                      .symbol_count = 7});
}

static void write_text(void)
{
    static const char text[] = "what a region holds at the start";
    char *path = path_of("text");
    FILE *out = fopen(path, "wb");
    need(out != NULL && fwrite(text, 1, sizeof(text), out) == sizeof(text) && fclose(out) == 0,
         "cannot write a prefill file");
    free(path);
}

void *rich_at(const struct rich *rich, uint64_t pa)
{
    uint64_t offset = pa - board.image_pa;
    need(pa >= board.image_pa && offset < rich->size, "a PA is not in the image");
    return rich->bytes + offset;
}

/* Finds the parts of the image, as the kernel does. */
static void find_parts(struct rich *rich)
{
    rich->info = (void *)(rich->bytes + LOADER_INFO_OFFSET);
    rich->zeroes = rich_at(rich, rich->info->zero_pa);
    rich->copies = rich_at(rich, rich->info->copy_pa);
    uint64_t page = *rich_descriptor(rich, rich->info->kernel_table_pa, false, KERNEL_MANIFEST_VA);
    uint8_t *bytes = rich_at(rich, page & 0xfffffff000);
    rich->manifest = (void *)bytes;
    rich->pds = (void *)(bytes + rich->manifest->pd_offset);
    rich->vcpus = (void *)(bytes + rich->manifest->vcpu_offset);
    rich->channels = (void *)(bytes + rich->manifest->channel_offset);
    rich->irqs = (void *)(bytes + rich->manifest->irq_offset);
    rich->maps = (void *)(bytes + rich->manifest->map_offset);
    rich->slots = (void *)(bytes + rich->manifest->slot_offset);
    rich->schedule = (void *)(bytes + rich->manifest->schedule_offset);
}

struct rich *rich_build(void)
{
    static const char *directories[] = {directory};
    struct rich *rich = calloc(1, sizeof(*rich));
    struct plan plan;
    need(rich != NULL && mkdtemp(directory) != NULL, "cannot make a directory");
    write_loader();
    write_kernel();
    write_program();
    write_text();
    struct system *planned = system_read(DESCRIPTION, NULL, 0);
    need(planned != NULL, "the description is wrong");
    rich->input = (struct audit_input){
        .image_path = "rich.img",
        .board = &board,
        .smmus = {{0x0b000000, 0x10000}},
        .smmu_count = 1,
        .debug = true,
        .kernel_path = path_of("kernel.elf"),
        .loader_path = path_of("loader.elf"),
        .system = system_read(DESCRIPTION, NULL, 0),
        .search = {.directories = directories,
                   .directory_count = 1,
                   .description_path = DESCRIPTION},
    };
    const struct plan_input input = {
        .board = &board,
        .system = planned,
        .kernel_path = rich->input.kernel_path,
        .loader_path = rich->input.loader_path,
        .search = rich->input.search,
        .debug = true,
    };
    need(plan_build(&plan, &input), "the system is refused");
    rich->size = plan.image.size;
    rich->bytes = malloc(rich->size);
    rich->good = malloc(rich->size);
    need(rich->bytes != NULL && rich->good != NULL, "no memory");
    memcpy(rich->good, plan.image.bytes, rich->size);
    plan_free(&plan);
    system_free(planned);
    rich_restore(rich);
    rich->input.bytes = rich->bytes;
    rich->input.size = rich->size;
    find_parts(rich);
    return rich;
}

void rich_restore(struct rich *rich)
{
    memcpy(rich->bytes, rich->good, rich->size);
}

void rich_free(struct rich *rich)
{
    for (size_t i = 0; i < sizeof(file_names) / sizeof(file_names[0]); i++) {
        char *path = path_of(file_names[i]);
        unlink(path);
        free(path);
    }
    rmdir(directory);
    system_free(rich->input.system);
    free((void *)(uintptr_t)rich->input.kernel_path);
    free((void *)(uintptr_t)rich->input.loader_path);
    free(rich->bytes);
    free(rich->good);
    free(rich);
}

uint64_t *rich_descriptor(const struct rich *rich, uint64_t root_pa, bool stage2, uint64_t va)
{
    uint64_t *table = rich_at(rich, root_pa);
    for (unsigned level = stage2 ? 1 : 0;; level++) {
        unsigned shift = 39 - 9 * level;
        uint64_t mask = stage2 && level == 1 ? 0x3ff : 0x1ff;
        uint64_t *entry = &table[va >> shift & mask];
        if (level == 3 || (*entry & 3) != 3) {
            return entry;
        }
        table = rich_at(rich, *entry & 0xfffffff000);
    }
}

struct manifest_map *rich_map(const struct rich *rich, uint32_t owner, bool is_vm, uint64_t va)
{
    for (uint32_t i = 0; i < rich->manifest->map_count; i++) {
        struct manifest_map *map = &rich->maps[i];
        if (map->owner == owner && map->is_vm == is_vm && map->va == va) {
            return map;
        }
    }
    need(false, "no such mapping in the manifest");
    return NULL;
}
