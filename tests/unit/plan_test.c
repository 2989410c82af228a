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
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diag_capture.h"
#include "plan_build.h"

static void one_program(void **state)
{
    (void)state;
    struct image_reader image = plan_built(PD(""));
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
    plan_done();
}

static void bss_is_zeroed_unless_patched(void **state)
{
    (void)state;
    struct image_reader image = plan_built("<memory_region name='m' size='0x1000'/>" PD(
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
    plan_done();
}

static void kernel_maps_no_memory_of_programs(void **state)
{
    (void)state;
    struct image_reader image = plan_built(
        "<memory_region name='m' size='0x200000'/>" PD("<map mr='m' vaddr='0x1000000'/>"));
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
    struct walk entry = image_walk_kernel(&image, plan_board.image_pa + 0x1000);
    assert_int_equal(entry.pa, plan_board.image_pa + 0x1000);
    assert_int_equal(entry.perms, RX);
    assert_false(image_walk_kernel(&image, plan_board.image_pa).mapped);
    struct walk objects = image_walk_kernel(&image, KERNEL_OBJECT_VA);
    assert_true(image_zeroes(&image, objects.pa, manifest->object_size));
    plan_done();
}

static void loader_reaches_what_it_fills(void **state)
{
    (void)state;
    struct image_reader image =
        plan_built("<memory_region name='m' size='0x600000' phys_addr='0x41800000'/>"
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
        assert_int_equal(image_walk_loader(&image, plan_board.image_pa + offset).pa,
                         plan_board.image_pa + offset);
    }
    assert_int_equal(image_walk_loader(&image, plan_board.image_pa).perms, RX);
    assert_int_equal(image_walk_loader(&image, plan_board.uart_pa).memory, WALK_DEVICE_NGNRNE);
    /* Firmware's memory must not even be speculated into. */
    for (uint64_t pa = 0x42000000; pa < 0x42100000; pa += 0x1000) {
        assert_false(image_walk_loader(&image, pa).mapped);
    }
    plan_done();
}

static void prefilled_region_is_used_in_place(void **state)
{
    (void)state;
    struct image_reader image = plan_built("<memory_region name='p' prefill_path='text'/>" PD(
        "<map mr='p' vaddr='0x2000000' perms='r' setvar_prefill_size='in_data'"
        " setvar_size='in_bss'/>"));
    assert_int_equal(image.loader->copy_count, 0);
    const uint8_t *text =
        image_bytes(&image, image_walk(&image, image_pd(&image, "a")->vttbr, 0x2000000).pa);
    assert_memory_equal(text, "prefilled\0", 10);
    assert_int_equal(image_word(&image, "a", 0x202010), 9);
    plan_done();
}

static void memory_types(void **state)
{
    (void)state;
    struct image_reader image =
        plan_built("<memory_region name='dev' size='0x200000' phys_addr='0x10000000'/>"
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
    plan_done();
}

static void blocks_where_alignment_allows(void **state)
{
    (void)state;
    struct image_reader image =
        plan_built("<memory_region name='whole' size='0x400000'/>"
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
    plan_done();
}

static void same_input_same_bytes(void **state)
{
    (void)state;
    struct image_reader image = plan_built(GUEST);
    uint8_t *copy = malloc(image.size);
    uint64_t size = image.size;
    memcpy(copy, image.bytes, size);
    plan_done();
    image = plan_built(GUEST);
    assert_int_equal(image.size, size);
    assert_memory_equal(image.bytes, copy, size);
    free(copy);
    plan_done();
}

static void no_memory_has_two_owners(void **state)
{
    (void)state;
    struct image_reader image = plan_built(
        "<memory_region name='x' size='0x200000'/><memory_region name='y' size='0x11000'/>"
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
    plan_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_program),
        cmocka_unit_test(bss_is_zeroed_unless_patched),
        cmocka_unit_test(kernel_maps_no_memory_of_programs),
        cmocka_unit_test(loader_reaches_what_it_fills),
        cmocka_unit_test(prefilled_region_is_used_in_place),
        cmocka_unit_test(memory_types),
        cmocka_unit_test(blocks_where_alignment_allows),
        cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(no_memory_has_two_owners),
    };
    return cmocka_run_group_tests(tests, plan_group_set_up, plan_group_tear_down);
}
