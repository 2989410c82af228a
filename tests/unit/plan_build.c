/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Plans whole systems for tests.
 */
#include "plan_build.h"

#include <elf.h> /* the format; "elf.h" is the tool's reader */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "diag_capture.h"
#include "elf_build.h"

#define GLOBAL_DATA (STB_GLOBAL << 4 | STT_OBJECT)

/* A board with little RAM, so that it can be filled. */
const struct board plan_board = {
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
    .msi = {{0x08020000, 0x40}},
    .msi_count = 1,
    .irq_lines = 96,
    .timer_irq = 26,
    .vtimer_irq = 27,
    .ptimer_irq = 30,
    .maintenance_irq = 57, /* an SPI, as a board may have it */
    .uart_type = UART_PL011,
    .uart_pa = 0x09000000,
};

static char directory[] = "/tmp/drover-plan-test-XXXXXX";
static struct system *the_system;
static struct plan plan;
static struct plan_input input;

static const char *path_of(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t size)
{
    FILE *out = fopen(path_of(name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

static void write_programs(void)
{
    static const uint8_t header[0x2000] = {[0x38] = 'A', 'R', 'M', 0x64};
    const struct built_segment loader[] = {{.va = 0,
                                            .memory_size = 0x2000,
                                            .file_size = 0x2000,
                                            .flags = PF_R | PF_X,
                                            .contents = header}};
    const struct built_symbol loader_symbols[] = {{"loader_switch", 0x1000, 0, STB_GLOBAL << 4}};
    elf_build_file(
        &(struct elf_recipe){
            .segments = loader, .segment_count = 1, .symbols = loader_symbols, .symbol_count = 1},
        path_of("loader.elf"));

    const struct built_segment kernel[] = {
        {.va = KERNEL_VA, .memory_size = 0x3000, .file_size = 0x3000, .flags = PF_R | PF_X},
        {.va = KERNEL_VA + 0x3000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R},
        {.va = KERNEL_VA + 0x4000, .memory_size = 0x5000, .file_size = 0x10, .flags = PF_R | PF_W}};
    elf_build_file(
        &(struct elf_recipe){.entry = KERNEL_VA + 0x800, .segments = kernel, .segment_count = 3},
        path_of("kernel.elf"));

    const struct built_segment program[] = {
        {.va = 0x200000, .memory_size = 0x1000, .file_size = 0x1000, .flags = PF_R | PF_X},
        {.va = 0x201000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R},
        {.va = 0x202000, .memory_size = 0x20000, .file_size = 0x80, .flags = PF_R | PF_W}};
    const struct built_symbol symbols[] = {
        {"in_data", 0x202010, 8, GLOBAL_DATA},
        {"in_bss", 0x210ffc, 8, GLOBAL_DATA}, /* across a page */
        {"small", 0x202020, 4, GLOBAL_DATA},
        {"code", 0x200010, 8, STB_GLOBAL << 4 | STT_FUNC},
        {"microkit_name", 0x202040, 64, GLOBAL_DATA},
        {"microkit_passive", 0x215000, 1, GLOBAL_DATA},
        {"microkit_irqs", 0x215008, 8, GLOBAL_DATA},
        {"microkit_notifications", 0x215010, 8, GLOBAL_DATA},
        {"microkit_pps", 0x215018, 8, GLOBAL_DATA},
    };
    elf_build_file(&(struct elf_recipe){.entry = 0x200020,
                                        .segments = program,
                                        .segment_count = 3,
                                        .symbols = symbols,
                                        .symbol_count = 9},
                   path_of("a.elf"));
    const struct built_segment large[] = {
        {.va = 0x200000, .memory_size = 0x1000, .file_size = 0x1000, .flags = PF_R | PF_X},
        {.va = 0x208000, .memory_size = 0x600000, .file_size = 0x500000, .flags = PF_R}};
    elf_build_file(&(struct elf_recipe){.entry = 0x200000, .segments = large, .segment_count = 2},
                   path_of("large.elf"));
    write_file("text", "prefilled", 9);
}

int plan_group_set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    write_programs();
    return 0;
}

int plan_group_tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"loader.elf", "kernel.elf", "a.elf",
                                        "text",       "large.elf",  "test.system"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unlink(path_of(names[i]));
    }
    return rmdir(directory);
}

/* Plans <system>TEXT</system>. */
static bool build(const char *text)
{
    static const char *directories[] = {directory};
    char whole[8192];
    snprintf(whole, sizeof(whole), "<system>%s</system>", text);
    write_file("test.system", whole, strlen(whole));
    diag_capture_reset();
    the_system = system_read(path_of("test.system"), NULL, 0);
    if (the_system == NULL) {
        fail_msg("the description itself is wrong: %s", diag_captured());
    }
    static char kernel[256];
    static char loader[256];
    static char description[256];
    strcpy(kernel, path_of("kernel.elf"));
    strcpy(loader, path_of("loader.elf"));
    strcpy(description, path_of("test.system"));
    input = (struct plan_input){
        .board = &plan_board,
        .system = the_system,
        .kernel_path = kernel,
        .loader_path = loader,
        .search = {.directories = directories,
                   .directory_count = 1,
                   .description_path = description},
        .debug = true,
    };
    return plan_build(&plan, &input);
}

const struct plan *plan_current(void)
{
    return &plan;
}

void plan_done(void)
{
    plan_free(&plan);
    system_free(the_system);
}

struct image_reader plan_built(const char *text)
{
    if (!build(text)) {
        fail_msg("refused: %s", diag_captured());
    }
    return image_reader_open(plan.image.bytes, plan.image.size);
}

void plan_refused(const char *text, const char *message)
{
    assert_false(build(text));
    if (!diag_captured_error(message)) {
        fail_msg("expected \"%s\", got: %s", message, diag_captured());
    }
    plan_done();
}
