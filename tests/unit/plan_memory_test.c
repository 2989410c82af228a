/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has which memory: claims, first fit, alignment, and what is said when nothing fits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "diag_capture.h"
#include "plan_memory.h"

#define MIB UINT64_C(0x100000)

static const struct board board = {
    .memory = {{0x40000000, 16 * MIB}, {0x80000000, 4 * MIB}},
    .memory_count = 2,
};

static struct memory memory;

static int set_up(void **state)
{
    (void)state;
    memory = (struct memory){.board = &board};
    diag_capture_reset();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    memory_free(&memory);
    return 0;
}

static const struct claim *claim(uint64_t base, uint64_t size)
{
    struct claim wanted = {.base = base, .size = size, .kind = "test", .name = "fixed"};
    return memory_claim(&memory, &wanted);
}

/* Places and returns the PA, or 0. */
static uint64_t place(uint64_t size, uint64_t align, uint64_t residue)
{
    struct claim wanted = {.size = size, .kind = "test", .name = "placed"};
    return memory_place(&memory, &wanted, align, residue) ? wanted.base : 0;
}

static void overlapping_claims_are_refused(void **state)
{
    (void)state;
    assert_null(claim(0x40100000, 0x2000));
    assert_int_equal(claim(0x40101000, 0x1000)->base, 0x40100000);
    assert_non_null(claim(0x400ff000, 0x2000));
    assert_non_null(claim(0x40000000, 16 * MIB));
    assert_null(claim(0x400ff000, 0x1000));
    assert_null(claim(0x40102000, 0x1000));
    assert_int_equal(memory.claim_count, 3);
    assert_int_equal(memory.claims[0].base, 0x400ff000);
    assert_int_equal(memory.claims[2].base, 0x40102000);
}

static void first_fit_takes_the_lowest_gap(void **state)
{
    (void)state;
    claim(0x40001000, 0x1000);
    assert_int_equal(place(0x1000, 0x1000, 0), 0x40000000);
    assert_int_equal(place(0x1000, 0x1000, 0), 0x40002000);
    claim(0x40004000, 0x1000);
    assert_int_equal(place(0x2000, 0x1000, 0), 0x40005000);
    assert_int_equal(place(0x1000, 0x1000, 0), 0x40003000);
}

static void alignment_and_residue(void **state)
{
    (void)state;
    claim(0x40000000, 0x1000);
    assert_int_equal(place(0x1000, 0x200000, 0), 0x40200000);
    assert_int_equal(place(0x1000, 0x10000, 0x3000), 0x40003000);
    assert_int_equal(place(0x1000, 0x10000, 0x3000), 0x40013000);
}

static void other_ram_is_used_when_the_first_is_full(void **state)
{
    (void)state;
    assert_int_equal(place(16 * MIB, 0x1000, 0), 0x40000000);
    assert_int_equal(place(4 * MIB, 0x200000, 0), 0x80000000);
}

static void no_room_shows_what_is_free(void **state)
{
    (void)state;
    claim(0x40000000, 15 * MIB);
    claim(0x80000000, 1 * MIB);
    assert_int_equal(place(8 * MIB, 0x1000, 0), 0);
    assert_true(diag_captured_error("\"placed\""));
    assert_true(diag_captured_error("8192 KiB"));
    assert_true(diag_captured_error("0x40f00000 to 0x40ffffff (1024 KiB)"));
    assert_true(diag_captured_error("0x80100000 to 0x803fffff (3072 KiB)"));
}

static void full_memory_says_nothing_is_free(void **state)
{
    (void)state;
    claim(0x40000000, 16 * MIB);
    claim(0x80000000, 4 * MIB);
    assert_int_equal(place(0x1000, 0x1000, 0), 0);
    assert_true(diag_captured_error("free is: nothing"));
}

static void room_ends_at_the_next_claim_or_the_ram(void **state)
{
    (void)state;
    claim(0x40800000, 0x1000);
    assert_int_equal(memory_room(&memory, 0x40000000), 8 * MIB);
    assert_int_equal(memory_room(&memory, 0x40800000), 0);
    assert_int_equal(memory_room(&memory, 0x40801000), 8 * MIB - 0x1000);
    assert_int_equal(memory_room(&memory, 0x50000000), 0);
    assert_int_equal(memory_next(&memory, 0x40000000)->base, 0x40800000);
    assert_null(memory_next(&memory, 0x40801000));
}

static void claims_outside_of_ram_do_no_harm(void **state)
{
    (void)state;
    assert_null(claim(0x1000, 0x1000));
    assert_null(claim(0x60000000, 0x1000));
    assert_null(claim(0x3ffff000, 0x2000));
    assert_int_equal(place(0x1000, 0x1000, 0), 0x40001000);
    assert_int_equal(place(16 * MIB - 0x2000, 0x1000, 0), 0x40002000);
    assert_int_equal(place(0x1000, 0x1000, 0), 0x80000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(overlapping_claims_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(first_fit_takes_the_lowest_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(alignment_and_residue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_ram_is_used_when_the_first_is_full, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_room_shows_what_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_memory_says_nothing_is_free, set_up, tear_down),
        cmocka_unit_test_setup_teardown(room_ends_at_the_next_claim_or_the_ram, set_up, tear_down),
        cmocka_unit_test_setup_teardown(claims_outside_of_ram_do_no_harm, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
