/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The distributor's registers, one by one, at every width (Arm IHI 0048B, 4.3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "libvmm/fake.h"

#define SPI 100 /* no physical interrupt */

static int start(void **state)
{
    (void)state;
    fake_start(1);
    return 0;
}

static int start_two(void **state)
{
    (void)state;
    fake_start(2);
    return 0;
}

/* A register that holds nothing a guest may change. */
static void assert_read_only(uint32_t offset)
{
    uint32_t value = gicd_load(offset);
    gicd_store(offset, ~value);
    assert_int_equal(gicd_load(offset), value);
}

/* Reads as zero, ignores writes, at every width. */
static void assert_raz_wi(uint32_t offset)
{
    for (unsigned size = 1; size <= 8; size *= 2) {
        fake_store(0, FAKE_GICD + offset, size, ~0ul);
        assert_int_equal(fake_load(0, FAKE_GICD + offset, size), 0);
    }
}

static void ctlr(void **state)
{
    (void)state;
    assert_int_equal(gicd_load(0x000), 0);
    for (uint32_t value = 0; value < 4; value++) {
        gicd_store(0x000, value | 0xfffffffc);
        assert_int_equal(gicd_load(0x000), value);
    }
}

static void typer_and_iidr(void **state)
{
    (void)state;
    assert_int_equal(gicd_load(0x004), (FAKE_IRQ_LINES + 31) / 32 - 1); /* one CPU, no security */
    assert_int_equal(gicd_load(0x008), 0x0200143b);
    assert_read_only(0x004);
    assert_read_only(0x008);
}

static void typer_counts_cpus(void **state)
{
    (void)state;
    assert_int_equal(gicd_load(0x004) >> 5 & 7, 1);
}

static void identification(void **state)
{
    (void)state;
    static const uint32_t values[] = {0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1};
    for (uint32_t i = 0; i < 12; i++) {
        assert_int_equal(gicd_load(0xfd0 + i * 4), values[i]);
        assert_read_only(0xfd0 + i * 4);
    }
}

static void reserved(void **state)
{
    (void)state;
    for (uint32_t offset = 0x00c; offset < 0x080; offset += 4) {
        assert_raz_wi(offset);
    }
    for (uint32_t offset = 0xd00; offset < 0xf00; offset += 4) { /* with GICD_NSACR */
        assert_raz_wi(offset);
    }
    for (uint32_t offset = 0xf30; offset < 0xfd0; offset += 4) {
        assert_raz_wi(offset);
    }
    assert_raz_wi(0x1000);
    assert_raz_wi(FAKE_GICD_SIZE - 8);
}

/* One bit an interrupt: `set` and, if not 0, `clear` (else plain), for SPIs. */
static void check_bits(uint32_t set, uint32_t clear)
{
    uint32_t word = set + SPI / 32 * 4;
    gicd_store(word, 0x80000001);
    assert_int_equal(gicd_load(word), 0x80000001);
    if (clear == 0) {
        gicd_store(word, 0x2);
        assert_int_equal(gicd_load(word), 0x2);
        gicd_store(word, 0);
    } else {
        uint32_t clear_word = clear + SPI / 32 * 4;
        gicd_store(word, 0); /* zeros change nothing */
        gicd_store(clear_word, 0);
        assert_int_equal(gicd_load(word), 0x80000001);
        assert_int_equal(gicd_load(clear_word), 0x80000001);
        gicd_store(clear_word, 0x80000000);
        assert_int_equal(gicd_load(word), 0x1);
        gicd_store(clear_word, 1);
    }
    assert_int_equal(gicd_load(word), 0);
}

static void bit_registers(void **state)
{
    (void)state;
    static const uint32_t files[][2] = {{0x080, 0}, {0x100, 0x180}, {0x200, 0x280}, {0x300, 0x380}};
    for (unsigned i = 0; i < 4; i++) {
        check_bits(files[i][0], files[i][1]);
    }
}

/* 300 interrupts: the last bank has 12 of them, and there is none after it. */
static void bits_of_absent_interrupts(void **state)
{
    (void)state;
    for (uint32_t file = 0x080; file < 0x400; file += 0x80) {
        for (uint32_t word = 10; word < 32; word++) {
            gicd_store(file + word * 4, ~0u);
            assert_int_equal(gicd_load(file + word * 4), 0);
        }
    }
    static const uint32_t setters[] = {0x080, 0x100, 0x200, 0x300};
    for (unsigned i = 0; i < 4; i++) {
        gicd_store(setters[i] + 9 * 4, ~0u);
        assert_int_equal(gicd_load(setters[i] + 9 * 4), 0xfff);
    }
}

static void bits_have_no_bytes(void **state)
{
    (void)state;
    for (uint32_t file = 0x080; file < 0x400; file += 0x80) {
        for (uint32_t byte = 0; byte < 4; byte++) {
            fake_store(0, FAKE_GICD + file + SPI / 32 * 4 + byte, 1, 0xff);
        }
        fake_store(0, FAKE_GICD + file + SPI / 32 * 4, 2, 0xffff);
        fake_store(0, FAKE_GICD + file + 8, 8, ~0ul);
        assert_int_equal(gicd_load(file + SPI / 32 * 4), 0);
    }
    gicd_store(0x100 + SPI / 32 * 4, ~0u);
    assert_int_equal(fake_load(0, FAKE_GICD + 0x100 + SPI / 32 * 4, 1), 0);
    assert_int_equal(fake_load(0, FAKE_GICD + 0x100 + SPI / 32 * 4, 2), 0);
    assert_int_equal(fake_load(0, FAKE_GICD + 0x108, 8), 0);
}

static void sgis_are_always_enabled(void **state)
{
    (void)state;
    assert_int_equal(gicd_load(0x100), 0xffff);
    gicd_store(0x180, ~0u);
    assert_int_equal(gicd_load(0x100), 0xffff);
    gicd_store(0x100, ~0u);
    assert_int_equal(gicd_load(0x180), ~0u);
}

static void sgi_pending_bits_are_read_only(void **state)
{
    (void)state;
    gicd_store(0x200, 0xffff);
    assert_int_equal(gicd_load(0x200), 0);
    gicd_store(0xf00, 2u << 24 | 5);
    assert_int_equal(gicd_load(0x200), 1 << 5);
    gicd_store(0x280, 0xffff);
    assert_int_equal(gicd_load(0x200), 1 << 5);
}

static void priority_words_and_bytes(void **state)
{
    (void)state;
    gicd_store(0x400 + SPI, 0xffffffff);
    assert_int_equal(gicd_load(0x400 + SPI), 0xf8f8f8f8); /* 32 levels */
    gicd_store(0x400 + SPI, 0x40302010);
    assert_int_equal(gicd_load(0x400 + SPI), 0x40302010);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(fake_load(0, FAKE_GICD + 0x400 + SPI + i, 1), 0x10 * (i + 1));
    }
    fake_store(0, FAKE_GICD + 0x400 + SPI + 2, 1, 0x97);
    assert_int_equal(gicd_load(0x400 + SPI), 0x40902010);
    fake_store(0, FAKE_GICD + 0x400 + SPI, 2, 0xffff); /* halfwords and doublewords do not exist */
    fake_store(0, FAKE_GICD + 0x400 + SPI / 8 * 8, 8, ~0ul);
    assert_int_equal(gicd_load(0x400 + SPI), 0x40902010);
    assert_int_equal(fake_load(0, FAKE_GICD + 0x400 + SPI, 2), 0);
}

static void priority_of_absent_interrupts(void **state)
{
    (void)state;
    for (uint32_t intid = FAKE_IRQ_LINES; intid < 1024; intid += 4) {
        assert_raz_wi(0x400 + intid);
    }
    gicd_store(0x400, 0x88888888);
    assert_int_equal(gicd_load(0x400), 0x88888888); /* SGIs have one */
}

static void targets_of_one_cpu(void **state)
{
    (void)state;
    for (uint32_t intid = 0; intid < 1024; intid += 4) {
        assert_raz_wi(0x800 + intid);
    }
}

static void targets_of_two_cpus(void **state)
{
    (void)state;
    assert_int_equal(gicd_load(0x800), 0x01010101);
    assert_int_equal(fake_load(1, FAKE_GICD + 0x800 + 28, 4), 0x02020202);
    gicd_store(0x800, 0x03030303);
    assert_int_equal(gicd_load(0x800), 0x01010101);
    gicd_store(0x800 + SPI, 0xff02fe00);
    assert_int_equal(gicd_load(0x800 + SPI), 0x03020200); /* bits of absent CPUs are zero */
    fake_store(0, FAKE_GICD + 0x800 + SPI, 1, 1);
    assert_int_equal(fake_load(0, FAKE_GICD + 0x800 + SPI, 1), 1);
    gicd_store(0x800 + FAKE_IRQ_STRAIGHT, 0x02020202);
    assert_int_equal(gicd_load(0x800 + FAKE_IRQ_STRAIGHT), 0x02020202);
    gicd_store(0x800 + FAKE_IRQ_LINES, ~0u);
    assert_int_equal(gicd_load(0x800 + FAKE_IRQ_LINES), 0);
}

static void trigger(void **state)
{
    (void)state;
    assert_int_equal(gicd_load(0xc00), 0xaaaaaaaa); /* SGIs: edge */
    assert_read_only(0xc00);
    assert_int_equal(gicd_load(0xc04), 0); /* PPIs: level */
    assert_read_only(0xc04);
    uint32_t word = 0xc00 + SPI / 16 * 4;
    gicd_store(word, ~0u);
    assert_int_equal(gicd_load(word), 0xaaaaaaaa); /* the low bit of each is reserved */
    fake_store(0, FAKE_GICD + word, 1, 0);
    fake_store(0, FAKE_GICD + word, 2, 0);
    assert_int_equal(gicd_load(word), 0xaaaaaaaa);
    gicd_store(word, 0x00000008);
    assert_int_equal(gicd_load(word), 0x00000008);
    gicd_store(0xc00 + 19 * 4, ~0u); /* past interrupt 299 */
    assert_int_equal(gicd_load(0xc00 + 19 * 4), 0);
}

/* By channel the trigger is the system description's, whatever the guest writes. */
static void trigger_of_channel_interrupts(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= 0xf; value++) {
        gicd_store(0xc08, value * 0x11111111);
        assert_int_equal(gicd_load(0xc08) & 0x3c, 0x20); /* 33 level, 34 edge */
    }
}

/* A straight one comes up as described, and follows the guest. */
static void trigger_of_straight_interrupts(void **state)
{
    (void)state;
    uint32_t word = 0xc00 + FAKE_IRQ_STRAIGHT / 16 * 4, shift = FAKE_IRQ_STRAIGHT % 16 * 2;
    struct fake_bound *edge = &fake.bound[0][FAKE_IRQ_STRAIGHT];
    struct fake_bound *level = &fake.bound[0][FAKE_IRQ_STRAIGHT_LEVEL];
    assert_int_equal(gicd_load(word) >> shift & 0xf, 0x2);
    assert_int_equal(edge->config, VIRQ_CONFIG_EDGE);
    assert_int_equal(level->config, 0);
    unsigned count = edge->config_count;
    gicd_store(word, 0xaaaaaaaa);
    assert_int_equal(gicd_load(word), 0xaaaaaaaa);
    assert_int_equal(level->config, VIRQ_CONFIG_EDGE);
    assert_int_equal(edge->config_count, count); /* nothing new: no system call */
    gicd_store(word, 0);
    assert_int_equal(edge->config, 0);
    assert_int_equal(level->config, 0);
}

static void sgir_is_write_only(void **state)
{
    (void)state;
    gicd_store(0xf00, 2u << 24 | 3);
    assert_int_equal(gicd_load(0xf00), 0);
    unsigned before = fake.inject_count;
    fake_store(0, FAKE_GICD + 0xf00, 1, 3);
    fake_store(0, FAKE_GICD + 0xf00, 2, 3);
    fake_store(0, FAKE_GICD + 0xf00, 8, 2u << 24 | 3);
    gicd_store(0xf04, 2u << 24 | 3);
    assert_int_equal(fake.inject_count, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ctlr, start),
        cmocka_unit_test_setup(typer_and_iidr, start),
        cmocka_unit_test_setup(typer_counts_cpus, start_two),
        cmocka_unit_test_setup(identification, start),
        cmocka_unit_test_setup(reserved, start),
        cmocka_unit_test_setup(bit_registers, start),
        cmocka_unit_test_setup(bits_of_absent_interrupts, start),
        cmocka_unit_test_setup(bits_have_no_bytes, start),
        cmocka_unit_test_setup(sgis_are_always_enabled, start),
        cmocka_unit_test_setup(sgi_pending_bits_are_read_only, start),
        cmocka_unit_test_setup(priority_words_and_bytes, start),
        cmocka_unit_test_setup(priority_of_absent_interrupts, start),
        cmocka_unit_test_setup(targets_of_one_cpu, start),
        cmocka_unit_test_setup(targets_of_two_cpus, start_two),
        cmocka_unit_test_setup(trigger, start),
        cmocka_unit_test_setup(trigger_of_channel_interrupts, start),
        cmocka_unit_test_setup(trigger_of_straight_interrupts, start),
        cmocka_unit_test_setup(sgir_is_write_only, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
