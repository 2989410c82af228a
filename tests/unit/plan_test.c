/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Whole plans: a description and small programs in, and then the finished image is asked who can
 * reach what. The image's reader shares nothing with the planner.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <elf.h> /* the format; "elf.h" is the tool's reader */

#include "diag_capture.h"
#include "elf_build.h"
#include "image_read.h"
#include "plan.h"

#define GLOBAL_DATA (STB_GLOBAL << 4 | STT_OBJECT)
#define RW          (MAP_PERM_READ | MAP_PERM_WRITE)
#define RX          (MAP_PERM_READ | MAP_PERM_EXECUTE)

/* A board with little RAM, so that it can be filled. */
static const struct board test_board = {
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

static void write_text(const char *name, const char *text, size_t size)
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
    write_text("text", "prefilled", 9);
}

static int group_set_up(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    write_programs();
    return 0;
}

static int group_tear_down(void **state)
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
    write_text("test.system", whole, strlen(whole));
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
        .board = &test_board,
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

static void done(void)
{
    plan_free(&plan);
    system_free(the_system);
}

static struct image_reader built(const char *text)
{
    if (!build(text)) {
        fail_msg("refused: %s", diag_captured());
    }
    return image_reader_open(plan.image.bytes, plan.image.size);
}

static void refused(const char *text, const char *message)
{
    assert_false(build(text));
    if (!diag_captured_error(message)) {
        fail_msg("expected \"%s\", got: %s", message, diag_captured());
    }
    done();
}

#define PD(rest)                                                                                   \
    "<protection_domain name='a'><program_image path='a.elf'/>" rest "</protection_domain>"

static void one_program(void **state)
{
    (void)state;
    struct image_reader image = built(PD(""));
    const struct manifest_pd *pd = image_pd(&image, "a");
    assert_int_equal(pd->vttbr >> 48, VMID_PD(0));
    assert_int_equal(pd->entry_va, 0x200020);
    assert_int_equal(pd->stack_va, PD_STACK_TOP_VA);
    assert_int_equal(pd->parent, MANIFEST_NONE);

    struct walk code = image_walk(&image, pd->vttbr, 0x200000);
    assert_int_equal(code.perms, RX);
    const uint8_t *contents = image_bytes(&image, code.pa);
    assert_non_null(contents);
    assert_int_equal(contents[0x123], 0x23);
    assert_int_equal(image_walk(&image, pd->vttbr, 0x201000).perms, MAP_PERM_READ);
    struct walk data = image_walk(&image, pd->vttbr, 0x202000);
    assert_int_equal(data.perms, RW);
    assert_non_null(image_bytes(&image, data.pa));

    struct walk stack = image_walk(&image, pd->vttbr, PD_STACK_TOP_VA - 8);
    assert_int_equal(stack.perms, RW);
    assert_true(image_zeroes(&image, stack.pa & ~UINT64_C(0xfff), 0x1000));
    assert_false(image_walk(&image, pd->vttbr, PD_STACK_TOP_VA - 0x2000 - 1).mapped);
    assert_false(image_walk(&image, pd->vttbr, PD_STACK_TOP_VA).mapped);
    assert_false(image_walk(&image, pd->vttbr, 0x1ff000).mapped);
    assert_false(image_walk(&image, pd->vttbr, 0x222000).mapped);
    assert_false(image_walk(&image, pd->vttbr, PD_VM_INFO_VA).mapped);
    done();
}

static void bss_is_zeroed_unless_patched(void **state)
{
    (void)state;
    struct image_reader image = built("<memory_region name='m' size='0x1000'/>" PD(
        "<map mr='m' vaddr='0x1000000' setvar_vaddr='in_bss'/>"));
    const struct manifest_pd *pd = image_pd(&image, "a");
    struct walk bss = image_walk(&image, pd->vttbr, 0x205000);
    assert_null(image_bytes(&image, bss.pa));
    assert_true(image_zeroes(&image, bss.pa, 0x1000));
    /* The symbol lies across two pages, which are in the image. */
    const uint8_t *low = image_bytes(&image, image_walk(&image, pd->vttbr, 0x210ffc).pa);
    const uint8_t *high = image_bytes(&image, image_walk(&image, pd->vttbr, 0x211000).pa);
    assert_non_null(low);
    assert_non_null(high);
    assert_memory_equal(low, "\x00\x00\x00\x01", 4);
    assert_memory_equal(high, "\x00\x00\x00\x00", 4);
    assert_null(image_bytes(&image, image_walk(&image, pd->vttbr, 0x212000).pa));
    done();
}

static uint64_t word_at(const struct image_reader *image, const char *pd, uint64_t va)
{
    uint64_t word;
    const void *bytes = image_bytes(image, image_walk(image, image_pd(image, pd)->vttbr, va).pa);
    assert_non_null(bytes);
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static void symbols_are_set(void **state)
{
    (void)state;
    struct image_reader image = built(
        "<memory_region name='m' size='0x3000'/>"
        "<protection_domain name='b' priority='9'><program_image path='a.elf'/>"
        "<irq irq='40' id='5'/></protection_domain>"
        "<channel><end pd='a' id='3' pp='true' notify='false'/><end pd='b' id='7'/></channel>" PD(
            "<map mr='m' vaddr='0x1000000' perms='r'/>"
            "<setvar symbol='in_data' region_paddr='m'/>"));
    uint64_t pa = word_at(&image, "a", 0x202010);
    assert_true(image_maps(&image, image_pd(&image, "a")->vttbr, 0x1000000, pa, 0x3000,
                           MAP_PERM_READ, WALK_NORMAL_CACHED));
    assert_true(image_zeroes(&image, pa, 0x3000));
    const char *name =
        image_bytes(&image, image_walk(&image, image_pd(&image, "b")->vttbr, 0x202040).pa);
    assert_string_equal(name, "b");
    assert_int_equal(word_at(&image, "a", 0x215008), 0);
    assert_int_equal(word_at(&image, "b", 0x215008), 1 << 5);
    assert_int_equal(word_at(&image, "a", 0x215010), 0);
    assert_int_equal(word_at(&image, "b", 0x215010), 1 << 7);
    assert_int_equal(word_at(&image, "a", 0x215018), 1 << 3);
    assert_int_equal(word_at(&image, "b", 0x215018), 0);

    const struct manifest_channel *first = image_channel(&image, 0);
    assert_int_equal(image.manifest->channel_count, 2);
    assert_true(first->pd < image_channel(&image, 1)->pd);
    const struct manifest_irq *irq = image_irq(&image, 40);
    assert_non_null(irq);
    assert_int_equal(irq->kind, VM_IRQ_CHANNEL);
    assert_int_equal(irq->channel, 5);
    done();
}

static void kernel_maps_no_memory_of_programs(void **state)
{
    (void)state;
    struct image_reader image =
        built("<memory_region name='m' size='0x200000'/>" PD("<map mr='m' vaddr='0x1000000'/>"));
    const struct manifest *manifest = image.manifest;
    /* All of the kernel's windows, page by page, against all that the PD has. */
    for (uint64_t va = KERNEL_VA; va < KERNEL_VA_END; va += 0x1000) {
        if (va % 0x10000000 == 0x1000000) {
            va += 0xf000000; /* the windows begin every 256 MiB and are short */
        }
        struct walk found = image_walk_kernel(&image, va);
        for (size_t i = 0; found.mapped && i < manifest->map_count; i++) {
            const struct manifest_map *map = image_map(&image, i);
            if (strcmp(map->name, "message page") != 0) {
                assert_false(found.pa >= map->pa && found.pa < map->pa + map->size);
            }
        }
        assert_false(found.mapped && (found.perms & MAP_PERM_WRITE) != 0 &&
                     (found.perms & MAP_PERM_EXECUTE) != 0);
    }
    assert_int_equal(image_walk_kernel(&image, KERNEL_MESSAGE_VA).pa,
                     image_walk(&image, image_pd(&image, "a")->vttbr, PD_MESSAGE_PAGE_VA).pa);
    assert_int_equal(image_walk_kernel(&image, KERNEL_VA).perms, RX);
    assert_int_equal(image_walk_kernel(&image, KERNEL_VA + 0x3000).perms, MAP_PERM_READ);
    assert_int_equal(image_walk_kernel(&image, KERNEL_GICH_VA).pa, 0x08030000);
    assert_int_equal(image_walk_kernel(&image, KERNEL_UART_VA).pa, 0x09000000);
    struct walk entry = image_walk_kernel(&image, test_board.image_pa + 0x1000);
    assert_int_equal(entry.pa, test_board.image_pa + 0x1000);
    assert_int_equal(entry.perms, RX);
    assert_false(image_walk_kernel(&image, test_board.image_pa).mapped);
    struct walk objects = image_walk_kernel(&image, KERNEL_OBJECT_VA);
    assert_true(image_zeroes(&image, objects.pa, manifest->object_size));
    done();
}

static void loader_reaches_what_it_fills(void **state)
{
    (void)state;
    struct image_reader image =
        built("<memory_region name='m' size='0x600000' phys_addr='0x41800000'/>"
              "<memory_region name='n' size='0x3000' phys_addr='0x42100000'/>"
              "<memory_region name='p' size='0x5000' prefill_path='text'/>" PD(
                  "<map mr='m' vaddr='0x1000000'/><map mr='p' vaddr='0x2000000'/>"
                  "<map mr='n' vaddr='0x3000000'/>"));
    const struct loader_range *zeroes = image_bytes(&image, image.loader->zero_pa);
    for (uint32_t i = 0; i < image.loader->zero_count; i++) {
        for (uint64_t pa = zeroes[i].pa; pa < zeroes[i].pa + zeroes[i].size; pa += 0x1000) {
            struct walk found = image_walk_loader(&image, pa);
            assert_int_equal(found.pa, pa);
            assert_int_equal(found.perms, RW);
        }
    }
    assert_true(image_zeroes(&image, 0x41800000, 0x600000));
    const struct loader_copy *copies = image_bytes(&image, image.loader->copy_pa);
    assert_int_equal(image.loader->copy_count, 1);
    assert_int_equal(copies[0].size, 9);
    assert_memory_equal(image_bytes(&image, copies[0].source_pa), "prefilled", 9);
    assert_true(image_zeroes(&image, copies[0].target_pa, 0x5000));
    assert_int_equal(image_walk(&image, image_pd(&image, "a")->vttbr, 0x2000000).pa,
                     copies[0].target_pa);
    for (uint64_t offset = 0; offset < image.size; offset += 0x1000) {
        assert_int_equal(image_walk_loader(&image, test_board.image_pa + offset).pa,
                         test_board.image_pa + offset);
    }
    assert_int_equal(image_walk_loader(&image, test_board.image_pa).perms, RX);
    assert_int_equal(image_walk_loader(&image, test_board.uart_pa).memory, WALK_DEVICE_NGNRNE);
    /* Firmware's memory must not even be speculated into. */
    for (uint64_t pa = 0x42000000; pa < 0x42100000; pa += 0x1000) {
        assert_false(image_walk_loader(&image, pa).mapped);
    }
    done();
}

static void prefilled_region_is_used_in_place(void **state)
{
    (void)state;
    struct image_reader image = built("<memory_region name='p' prefill_path='text'/>" PD(
        "<map mr='p' vaddr='0x2000000' perms='r' setvar_prefill_size='in_data'"
        " setvar_size='in_bss'/>"));
    assert_int_equal(image.loader->copy_count, 0);
    const uint8_t *text =
        image_bytes(&image, image_walk(&image, image_pd(&image, "a")->vttbr, 0x2000000).pa);
    assert_memory_equal(text, "prefilled\0", 10);
    assert_int_equal(word_at(&image, "a", 0x202010), 9);
    done();
}

static void memory_types(void **state)
{
    (void)state;
    struct image_reader image =
        built("<memory_region name='dev' size='0x200000' phys_addr='0x10000000'/>"
              "<memory_region name='ram' size='0x1000'/>" PD(
                  "<map mr='dev' vaddr='0x10000000' cached='false'/>"
                  "<map mr='ram' vaddr='0x2000000' cached='false'/>"
                  "<map mr='ram' vaddr='0x3000000' perms='rx'/>"));
    uint64_t vttbr = image_pd(&image, "a")->vttbr;
    assert_true(image_maps(&image, vttbr, 0x10000000, 0x10000000, 0x200000, RW, WALK_DEVICE_NGNRE));
    assert_int_equal(image_walk(&image, vttbr, 0x10000000).block, 0x200000);
    assert_int_equal(image_walk(&image, vttbr, 0x2000000).memory, WALK_NORMAL_UNCACHED);
    assert_int_equal(image_walk(&image, vttbr, 0x3000000).perms, RX);
    assert_false(image_zeroes(&image, 0x10000000, 0x1000));
    done();
}

#define GUEST                                                                                      \
    "<memory_region name='ram' size='0x800000' phys_addr='0x41000000'/>"                           \
    "<memory_region name='gicv' size='0x1000' phys_addr='0x08040000'/>" PD(                        \
        "<irq irq='5' id='1'/><irq irq='50' id='2' trigger='edge'/>"                               \
        "<map mr='ram' vaddr='0x60000000'/>"                                                       \
        "<virtual_machine name='linux' priority='1'><vcpu id='0'/>"                                \
        "<irq irq='49' vcpu='0'/>"                                                                 \
        "<map mr='ram' vaddr='0x41000000' perms='rwx'/>"                                           \
        "<map mr='gicv' vaddr='0x08010000' cached='false'/></virtual_machine>")

static void blocks_where_alignment_allows(void **state)
{
    (void)state;
    struct image_reader image =
        built("<memory_region name='whole' size='0x400000'/>"
              "<memory_region name='small' size='0x200000' page_size='0x1000'/>"
              "<memory_region name='odd' size='0x200000'/>"
              "<memory_region name='sixteen' size='0x20000'/>"
              "<protection_domain name='a'><program_image path='large.elf'/>"
              "<map mr='whole' vaddr='0x10000000'/><map mr='small' vaddr='0x20000000'/>"
              "<map mr='odd' vaddr='0x30000000'/><map mr='odd' vaddr='0x40001000'/>"
              "<map mr='sixteen' vaddr='0x50010000'/></protection_domain>");
    uint64_t vttbr = image_pd(&image, "a")->vttbr;
    assert_int_equal(image_walk(&image, vttbr, 0x10000000).block, 0x200000);
    assert_int_equal(image_walk(&image, vttbr, 0x20000000).block, 0x1000);
    assert_int_equal(image_walk(&image, vttbr, 0x40001000).block, 0x1000);
    assert_true(image_walk(&image, vttbr, 0x50010000).contiguous);
    /* The program's file contents, in the image, and its zeroes, outside. */
    struct walk contents = image_walk(&image, vttbr, 0x400000);
    assert_int_equal(contents.block, 0x200000);
    const uint8_t *bytes = image_bytes(&image, contents.pa + 0x123);
    assert_non_null(bytes);
    assert_int_equal(*bytes, 0x23);
    assert_null(image_bytes(&image, image_walk(&image, vttbr, 0x708000).pa));
    done();
}

static void virtual_machine(void **state)
{
    (void)state;
    struct image_reader image = built(GUEST);
    const struct manifest_vcpu *vcpu = image_vcpu(&image, 0);
    const struct manifest_pd *pd = image_pd(&image, "a");
    assert_int_equal(vcpu->vttbr >> 48, VMID_VM(0));
    assert_true(image_maps(&image, vcpu->vttbr, 0x41000000, 0x41000000, 0x800000, RW | RX,
                           WALK_NORMAL_CACHED));
    assert_int_equal(image_walk(&image, vcpu->vttbr, 0x41000000).block, 0x200000);
    assert_int_equal(image_walk(&image, vcpu->vttbr, 0x08010000).pa, 0x08040000);
    assert_int_equal(image_walk(&image, vcpu->vttbr, 0x08010000).memory, WALK_DEVICE_NGNRE);
    assert_false(image_walk(&image, vcpu->vttbr, 0x08000000).mapped);
    assert_int_equal(image_walk(&image, pd->vttbr, PD_VCPU_PAGE_VA(0ull)).pa,
                     image_walk_kernel(&image, KERNEL_VCPU_VA).pa);
    assert_int_equal(pd->vcpu_count, 1);

    assert_null(image_irq(&image, 5));
    assert_int_equal(image.manifest->irq_count, 2);
    assert_true(image_irq(&image, 49) < image_irq(&image, 50));
    assert_int_equal(image_irq(&image, 50)->edge, 1);
    assert_int_equal(image_irq(&image, 49)->kind, VM_IRQ_STRAIGHT);
    assert_int_equal(image_irq(&image, 49)->owner, 0);
    done();
}

static void vm_information(void **state)
{
    (void)state;
    struct image_reader image = built(GUEST);
    struct walk page = image_walk(&image, image_pd(&image, "a")->vttbr, PD_VM_INFO_VA);
    assert_int_equal(page.perms, MAP_PERM_READ);
    const struct vm_info *info = image_bytes(&image, page.pa);
    assert_int_equal(info->magic, VM_INFO_MAGIC);
    assert_string_equal(info->vm_name, "linux");
    assert_int_equal(info->gicd_gpa, 0x08000000);
    assert_int_equal(info->gicc_gpa, 0x08010000);
    assert_int_equal(info->gicc_size, 0x1000);
    assert_int_equal(info->region_count, 2);
    const struct vm_info_region *regions = (const void *)((const char *)info + info->region_offset);
    assert_string_equal(regions[0].name, "ram");
    assert_int_equal(regions[0].gpa, 0x41000000);
    assert_int_equal(regions[0].vmm_va, 0x60000000);
    assert_int_equal(regions[0].kind, VM_REGION_RAM);
    assert_int_equal(regions[1].kind, VM_REGION_DEVICE);
    assert_int_equal(regions[1].vmm_va, 0);
    const struct vm_info_irq *irqs = (const void *)((const char *)info + info->irq_offset);
    assert_int_equal(info->irq_count, 2);
    assert_int_equal(irqs[0].intid, 50);
    assert_int_equal(irqs[0].target, 2);
    assert_int_equal(irqs[1].kind, VM_IRQ_STRAIGHT);
    done();
}

static void same_input_same_bytes(void **state)
{
    (void)state;
    struct image_reader image = built(GUEST);
    uint8_t *copy = malloc(image.size);
    uint64_t size = image.size;
    memcpy(copy, image.bytes, size);
    done();
    image = built(GUEST);
    assert_int_equal(image.size, size);
    assert_memory_equal(image.bytes, copy, size);
    free(copy);
    done();
}

static void no_memory_has_two_owners(void **state)
{
    (void)state;
    struct image_reader image =
        built("<memory_region name='x' size='0x200000'/><memory_region name='y' size='0x11000'/>"
              "<protection_domain name='b'><program_image path='a.elf'/>"
              "<map mr='y' vaddr='0x1000000'/></protection_domain>" PD(
                  "<map mr='x' vaddr='0x1000000'/>"));
    for (size_t i = 0; i < image.manifest->map_count; i++) {
        const struct manifest_map *a = image_map(&image, i);
        assert_true(a->pa + a->size <= 0x42000000 || a->pa >= 0x42100000);
        for (size_t j = i + 1; j < image.manifest->map_count; j++) {
            const struct manifest_map *b = image_map(&image, j);
            assert_true(a->pa + a->size <= b->pa || b->pa + b->size <= a->pa);
        }
    }
    done();
}

static void placement_mistakes(void **state)
{
    (void)state;
    refused("<memory_region name='m' size='0x1000' phys_addr='0x40800000'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "where the image is loaded");
    refused("<memory_region name='m' size='0x1000' phys_addr='0x40801000'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "the image does not fit");
    refused("<memory_region name='m' size='0x1000' phys_addr='0x42001000'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "overlaps firmware of board");
    refused("<memory_region name='m' size='0x200000' phys_addr='0x43f00000'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "partly RAM");
    refused("<memory_region name='m' size='0x2000000'/>" PD("<map mr='m' vaddr='0x1000000'/>"),
            "free is: 0x40000000 to 0x407fffff");
    refused("<memory_region name='m' size='0x1000' phys_addr='0x10000000' prefill_path='text'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "is not RAM");
    refused("<memory_region name='m' size='0x1000'/>" PD("<map mr='m' vaddr='0x201000'/>"),
            "\"m\" at 0x201000");
    refused("<memory_region name='m' prefill_path='absent'/>" PD("<map mr='m' vaddr='0x1000000'/>"),
            "\"absent\" not found");
}

static void grant_mistakes(void **state)
{
    (void)state;
    refused("<memory_region name='m' size='0x1000' phys_addr='0x08000000'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "(GICD)");
    refused("<memory_region name='m' size='0x200000' phys_addr='0x08000000'/>" PD(
                "<map mr='m' vaddr='0x1000000'/>"),
            "(GICH)");
    refused(PD("<irq irq='96' id='1'/>"), "0..95");
    refused(PD("<irq irq='57' id='1'/>"), "maintenance");
}

static void symbol_mistakes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"absent", "symbol \"absent\" is not in"},
        {"small", "has 4 bytes"},
        {"code", "not in the program's data"},
    };
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 "<memory_region name='m' size='0x1000'/>" PD(
                     "<map mr='m' vaddr='0x1000000' setvar_vaddr='%s'/>"),
                 cases[i][0]);
        refused(text, cases[i][1]);
    }
}

static void shared_console_is_a_warning(void **state)
{
    (void)state;
    struct image_reader image =
        built("<memory_region name='m' size='0x1000' phys_addr='0x09000000'/>" PD(
            "<map mr='m' vaddr='0x1000000' cached='false'/>"));
    assert_true(diag_captured_warning("console of the debug kernel"));
    assert_non_null(image.manifest);
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_program),
        cmocka_unit_test(bss_is_zeroed_unless_patched),
        cmocka_unit_test(symbols_are_set),
        cmocka_unit_test(kernel_maps_no_memory_of_programs),
        cmocka_unit_test(loader_reaches_what_it_fills),
        cmocka_unit_test(prefilled_region_is_used_in_place),
        cmocka_unit_test(memory_types),
        cmocka_unit_test(blocks_where_alignment_allows),
        cmocka_unit_test(virtual_machine),
        cmocka_unit_test(vm_information),
        cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(no_memory_has_two_owners),
        cmocka_unit_test(placement_mistakes),
        cmocka_unit_test(grant_mistakes),
        cmocka_unit_test(symbol_mistakes),
        cmocka_unit_test(shared_console_is_a_warning),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
