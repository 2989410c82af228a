/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Page tables: what was asked for is what an independent walk of the built tables finds, bit by
 * bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "drover/manifest.h"
#include "pagetable.h"
#include "table_walk.h"

#define IMAGE_PA 0x70000000
#define RW       (MAP_PERM_READ | MAP_PERM_WRITE)
#define RX       (MAP_PERM_READ | MAP_PERM_EXECUTE)

static struct image image;
static struct pagetable table;

static int set_up(void **state)
{
    (void)state;
    return image_init(&image, IMAGE_PA, 64 << 20) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    image_free(&image);
    return 0;
}

static void map(uint64_t va, uint64_t pa, uint64_t size, uint32_t perms, uint64_t limit)
{
    struct mapping mapping = {
        .name = "test", .va = va, .pa = pa, .size = size, .perms = perms, .block_limit = limit};
    assert_true(pagetable_map(&table, &mapping));
}

static struct walk walk(uint64_t va)
{
    return table.kind == PAGETABLE_STAGE2
               ? walk_stage2(image.bytes, image.pa, image.size, table.root_pa, va)
               : walk_el2(image.bytes, image.pa, image.size, table.root_pa, va);
}

/* Checks the first, the last and some middle pages of a mapping, and that around it nothing is. */
static void check(uint64_t va, uint64_t pa, uint64_t size)
{
    for (uint64_t offset = 0; offset < size; offset += 0x1000) {
        struct walk found = walk(va + offset);
        assert_true(found.mapped);
        assert_int_equal(found.pa, pa + offset);
    }
    assert_false(walk(va - 0x1000).mapped);
    assert_false(walk(va + size).mapped);
}

static void root_is_aligned_and_empty(void **state)
{
    (void)state;
    uint64_t pa;
    image_add(&image, 0x1000, 0x1000, 0, &pa);
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    assert_int_equal(table.root_pa % 0x2000, 0);
    assert_int_equal(table.page_count, 2);
    assert_false(walk(0).mapped);
    assert_false(walk(0xfffffff000).mapped);
}

static void stage2_permissions(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    static const uint32_t perms[] = {MAP_PERM_READ, RW, RX, RW | RX};
    for (uint64_t i = 0; i < 4; i++) {
        map(0x100000 + i * 0x2000, 0x40000000, 0x1000, perms[i], 0x1000);
        struct walk found = walk(0x100000 + i * 0x2000);
        assert_int_equal(found.perms, perms[i]);
        assert_int_equal(found.memory, WALK_NORMAL_CACHED);
        assert_true(found.inner_shareable);
    }
}

static void stage2_memory_types(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    map(0x1000, 0x40000000, 0x1000, RW | MAP_PERM_UNCACHED, 0x1000);
    map(0x3000, 0x09000000, 0x1000, RW | MAP_PERM_DEVICE, 0x1000);
    assert_int_equal(walk(0x1000).memory, WALK_NORMAL_UNCACHED);
    assert_int_equal(walk(0x3000).memory, WALK_DEVICE_NGNRE);
}

static void el2_permissions(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_EL2, &image));
    map(KERNEL_VA, 0x70001000, 0x1000, RX, 0x40000000);
    map(KERNEL_VA + 0x2000, 0x70001000, 0x1000, MAP_PERM_READ, 0x40000000);
    map(KERNEL_VA + 0x4000, 0x70001000, 0x1000, RW, 0x40000000);
    map(KERNEL_GICD_VA, 0x08000000, 0x10000, RW | MAP_PERM_DEVICE, 0x40000000);
    assert_int_equal(walk(KERNEL_VA).perms, RX);
    assert_int_equal(walk(KERNEL_VA + 0x2000).perms, MAP_PERM_READ);
    assert_int_equal(walk(KERNEL_VA + 0x4000).perms, RW);
    assert_int_equal(walk(KERNEL_VA).memory, WALK_NORMAL_CACHED);
    assert_int_equal(walk(KERNEL_GICD_VA + 0xf000).memory, WALK_DEVICE_NGNRNE);
    assert_int_equal(walk(KERNEL_GICD_VA + 0xf000).perms, RW);
    assert_false(walk(KERNEL_GICD_VA + 0x10000).mapped);
}

static void largest_blocks(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    /* 4K up to the next 2M, 2M up to the next 1G, one 1G, and down again. */
    uint64_t va = 0x3fdff000;
    uint64_t size = 0x1000 + 0x200000 + 0x40000000 + 0x200000 + 0x1000;
    map(va, 0x80000000 + va, size, RW, BLOCK_SIZE_1G);
    assert_int_equal(walk(0x3fdff000).block, 0x1000);
    assert_int_equal(walk(0x3fe00000).block, 0x200000);
    assert_int_equal(walk(0x40000000).block, 0x40000000);
    assert_int_equal(walk(0x80000000).block, 0x200000);
    assert_int_equal(walk(0x80200000).block, 0x1000);
    struct mapping mapping = {
        .va = va, .pa = 0x80000000 + va, .size = size, .block_limit = BLOCK_SIZE_1G};
    struct mapping_blocks blocks = mapping_blocks(&mapping);
    assert_int_equal(blocks.count_1g, 1);
    assert_int_equal(blocks.count_2m, 2);
    assert_int_equal(blocks.count_4k, 2);
    assert_int_equal(walk(va + size - 1).pa, 0x80000000 + va + size - 1);
    assert_false(walk(va + size).mapped);
    assert_false(walk(va - 1).mapped);
}

static void block_limit_is_kept(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    map(0x40000000, 0x40000000, 0x400000, RW, PAGE_SIZE_4K);
    assert_int_equal(walk(0x40000000).block, 0x1000);
    check(0x40000000, 0x40000000, 0x400000);
    map(0x80000000, 0x80000000, 0x40000000, RW, PAGE_SIZE_2M);
    assert_int_equal(walk(0x80000000).block, 0x200000);
}

static void misaligned_pa_takes_small_pages(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    map(0x40000000, 0x40001000, 0x400000, RW, BLOCK_SIZE_1G);
    check(0x40000000, 0x40001000, 0x400000);
    assert_int_equal(walk(0x40200000).block, 0x1000);
    assert_false(walk(0x40200000).contiguous);
}

static void contiguous_hint(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    /* Three pages before a naturally aligned sixteen, and one behind. */
    map(0x100d000, 0x4000d000, 20 * 0x1000, RW, PAGE_SIZE_4K);
    for (uint64_t i = 0; i < 20; i++) {
        bool inside = i >= 3 && i < 19;
        assert_int_equal(walk(0x100d000 + i * 0x1000).contiguous, inside);
    }
    /* VA and PA disagree about where a sixteen begins. */
    map(0x2000000, 0x40001000, 32 * 0x1000, RW, PAGE_SIZE_4K);
    assert_false(walk(0x2010000).contiguous);
    /* Sixteen 2 MiB blocks. */
    map(0x40000000, 0x80000000, 17 * 0x200000, RW, BLOCK_SIZE_1G);
    assert_true(walk(0x40000000).contiguous);
    assert_true(walk(0x41e00000).contiguous);
    assert_false(walk(0x42000000).contiguous);
}

static void no_contiguous_run_mixes_levels(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    map(0x10000000, 0x10000000, 0x1f0000, RW, BLOCK_SIZE_1G);
    assert_true(walk(0x10000000).contiguous);
    assert_true(walk(0x101e0000).contiguous);
    assert_int_equal(walk(0x10000000).block, 0x1000);
}

static void top_of_the_input_range(void **state)
{
    (void)state;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    map(0xffffe00000, 0x40000000, 0x1000, RW, 0x1000);
    map(0xffc0000000, 0x40000000, 0x1000, RW, 0x1000);
    assert_int_equal(walk(0xffffe00000).pa, 0x40000000);
    assert_int_equal(walk(0xffc0000000).pa, 0x40000000);
    assert_false(walk(0x7fffe00000).mapped);
}

static void full_image_is_refused(void **state)
{
    (void)state;
    struct image small;
    assert_true(image_init(&small, IMAGE_PA, 0x4000));
    struct pagetable own;
    assert_true(pagetable_init(&own, PAGETABLE_STAGE2, &small));
    struct mapping mapping = {
        .va = 0x1000, .pa = 0x1000, .size = 0x1000, .perms = RW, .block_limit = 0x1000};
    assert_true(pagetable_map(&own, &mapping));
    mapping.va = 0x40000000;
    assert_false(pagetable_map(&own, &mapping));
    image_free(&small);
}

/* Many mappings at random places: every page is where it should be, the bound holds. */
static void random_mappings(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    struct mapping mappings[COUNT];
    uint64_t seed = 1;
    uint64_t va = 0;
    uint64_t bound = 0x2000;
    assert_true(pagetable_init(&table, PAGETABLE_STAGE2, &image));
    for (size_t i = 0; i < COUNT; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t random = seed >> 16;
        uint64_t align = (random & 1) != 0 ? 0x200000 : 0x1000;
        va = (va + (random >> 8) % 0x400000 + align - 1) & -align;
        uint64_t size = ((random >> 20) % 0x500 + 1) * 0x1000;
        mappings[i] = (struct mapping){
            .va = va,
            .pa = (random & 2) != 0 ? va + 0x40000000 : (va + 0x40003000) & -align,
            .size = size,
            .perms = (uint32_t)(random >> 40) % 7 + 1,
            .block_limit = BLOCK_SIZE_1G,
        };
        assert_true(pagetable_map(&table, &mappings[i]));
        bound += pagetable_bound(size);
        va += size + 0x1000;
    }
    for (size_t i = 0; i < COUNT; i++) {
        check(mappings[i].va, mappings[i].pa, mappings[i].size);
        assert_int_equal(walk(mappings[i].va).perms, mappings[i].perms);
    }
    assert_true(table.page_count * 0x1000 <= bound);
    assert_int_equal(table.page_count * 0x1000, image.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(root_is_aligned_and_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stage2_permissions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stage2_memory_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(el2_permissions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(largest_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(block_limit_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(misaligned_pa_takes_small_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(contiguous_hint, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_contiguous_run_mixes_levels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(top_of_the_input_range, set_up, tear_down),
        cmocka_unit_test(full_image_is_refused),
        cmocka_unit_test_setup_teardown(random_mappings, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
