/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest table: what it says of a place, and every way of being wrong refused with a line that
 * says what is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/guest_table.h>

#include "guest_table_build.h"
#include "libvmm/fake.h"

#define ROOM 4096

static const struct table_place places[] = {
    {0x8000000, 0x20000, "the interrupt controller: the kernel's"},
    {0x9000000, 0x200000, "bus@9000000: nobody's"},
    {0x9010000, 0x1000, "rtc@9010000, not given"},
    {0xfffffffffffff000, 0x1000, "the last page"},
};

static const uint32_t smcs[] = {0xc2000001, 0x82000005};

/* A sound table, which a test spoils. Its bytes end where it ends. */
static struct guest_table *table;
static size_t size;

static struct guest_place *place(unsigned index)
{
    return (struct guest_place *)((char *)table + table->place_offset) + index;
}

static void table_build(const struct table_choice *choice)
{
    static uint64_t bytes[ROOM / 8];
    size = guest_table_build(bytes, sizeof bytes, choice);
    free(table);
    table = malloc(size);
    assert_non_null(table);
    memcpy(table, bytes, size);
}

static int start(void **state)
{
    (void)state;
    fake_power_on(1);
    table_build(&(struct table_choice){.flags = GUEST_TABLE_OFF_IS_MACHINE_OFF,
                                       .places = places,
                                       .place_count = 4,
                                       .smcs = smcs,
                                       .smc_count = 2});
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(table);
    table = NULL;
    return 0;
}

static void assert_text(uint64_t gpa, const char *text)
{
    const char *said = guest_table_place_text(table, gpa);
    if (text == NULL) {
        assert_null(said);
    } else {
        assert_string_equal(said, text);
    }
}

static void the_most_precise_place(void **state)
{
    (void)state;
    assert_ptr_equal(guest_table_check((uintptr_t)table, size), table);
    assert_int_equal(fake.log_length, 0);
    assert_text(0, NULL);
    assert_text(0x7ffffff, NULL);
    assert_text(0x8000000, places[0].text);
    assert_text(0x801ffff, places[0].text);
    assert_text(0x8020000, NULL);
    assert_text(0x900ffff, places[1].text);
    assert_text(0x9010000, places[2].text);
    assert_text(0x9010fff, places[2].text);
    assert_text(0x9011000, places[1].text);
    assert_text(~0ul, places[3].text);
    assert_int_equal(guest_table_smcs(table)[1], smcs[1]);
}

static void no_arrays(void **state)
{
    (void)state;
    table_build(&(struct table_choice){0});
    assert_int_equal(size, sizeof *table);
    table->place_offset = ~0u; /* of nothing */
    table->smc_offset = 1;
    assert_ptr_equal(guest_table_check((uintptr_t)table, size), table);
    assert_text(0, NULL);
}

/* A file may be longer than its table. */
static void longer_file(void **state)
{
    (void)state;
    struct guest_table *longer = calloc(1, size + 4096);
    memcpy(longer, table, size);
    assert_ptr_equal(guest_table_check((uintptr_t)longer, size + 4096), longer);
    free(longer);
}

static void assert_refused(size_t file_size, const char *reason)
{
    if (guest_table_check((uintptr_t)table, file_size) != NULL ||
        strstr(fake.log, reason) == NULL) {
        fail_msg("no \"%s\", but: %s", reason, fake.log);
    }
    assert_int_equal(fake.log_lines, 1);
    fake.log_lines = 0;
    fake_logged("");
}

static void cut_short(void **state)
{
    (void)state;
    for (size_t less = 0; less < size; less++) {
        void *whole = table;
        table = malloc(less + (less == 0));
        memcpy(table, whole, less);
        assert_refused(less,
                       less < sizeof *table ? "its header alone has 88" : "is the file whole?");
        free(table);
        table = whole;
    }
}

static void not_mapped(void **state)
{
    (void)state;
    assert_null(guest_table_check(0, 0));
    assert_true(fake_logged("0 bytes at VA 0x0"));
    assert_null(guest_table_check((uintptr_t)table + 4, size - 4));
    assert_true(fake_logged("begins at a multiple of 8"));
}

static void wrong_header(void **state)
{
    (void)state;
    table->magic++;
    assert_refused(size, "version 3 (magic 0x454c42415448), this VMM knows version 3");
    start(state);
    table->version = 1;
    assert_refused(size, "version 1");
    start(state);
    table->size = sizeof *table - 1;
    assert_refused(size, "it has 87 bytes by its header");
    table->size = ~0u;
    assert_refused(size, "it has 4294967295 bytes by its header");
    start(state);
    table->flags = 6;
    assert_refused(size, "flags 0x6, of which this VMM knows 0x1");
}

static void wrong_arrays(void **state)
{
    (void)state;
    const uint32_t at = sizeof *table;
    const struct {
        uint32_t place_offset, place_count, smc_offset, smc_count;
        const char *reason;
    } wrong[] = {
        {0, 1, at, 0, "1 places"},
        {at + 4, 1, at, 0, "multiple of 8"},
        {at, 0x10000000, at, 0, "268435456 places"},
        {at, ~0u, at, 0, "4294967295 places"},
        {~0u - 7, 1, at, 0, "at byte 4294967288"},
        {at, (uint32_t)(size / sizeof(struct guest_place)), at, 0, "places"},
        {at, 4, 0, 1, "1 firmware functions"},
        {at, 4, at + 2, 1, "multiple of 4"},
        {at, 4, at, 0x40000000, "1073741824 firmware functions"},
        {at, 4, (uint32_t)size & ~3u, 1, "1 firmware functions"},
        {at, 4, ~3u, 1, "at byte 4294967292"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        table->place_offset = wrong[i].place_offset;
        table->place_count = wrong[i].place_count;
        table->smc_offset = wrong[i].smc_offset;
        table->smc_count = wrong[i].smc_count;
        assert_refused(size, wrong[i].reason);
    }
}

static void wrong_devices(void **state)
{
    (void)state;
    const uint32_t at = sizeof *table;
    table->device_offset = at;
    table->device_count = ~0u;
    assert_refused(size, "4294967295 devices");
    start(state);
    table->pci_offset = at + 4;
    table->pci_count = 1;
    assert_refused(size, "1 PCI host bridges");

    static _Alignas(8) unsigned char file[256];
    const struct guest_device sound = {.kind = GUEST_DEVICE_CONSOLE, .intid = 200};
    struct guest_device *device = (struct guest_device *)(file + at);
    guest_table_build(file, sizeof file, &(struct table_choice){0});
    free(table);
    table = (struct guest_table *)file;
    table->size = sizeof file;
    table->device_offset = at;
    table->device_count = 1;
    *device = sound;
    assert_non_null(guest_table_check((uintptr_t)file, sizeof file));
    assert_int_equal(guest_table_devices(table)->intid, 200);
    device->kind = GUEST_DEVICE_NET_SERVER + 1;
    assert_refused(sizeof file, "device 0 is of kind 6; kinds are 1 to 5");
    *device = sound;
    device->config_offset = at + 4;
    device->config_size = 8;
    assert_refused(sizeof file, "8 bytes of a device's configuration");
    *device = sound;
    device->region_offset = sizeof file - 8;
    device->region_count = 1;
    assert_refused(sizeof file, "1 data regions");
    table = NULL;
}

static void wrong_places(void **state)
{
    (void)state;
    place(2)->size = 0;
    assert_refused(size, "place 2, 0x9010000 + 0x0 (PA), is empty");
    place(2)->size = ~0ul - 0x9010000 + 2;
    assert_refused(size, "is too long");
    place(2)->size--;
    assert_non_null(guest_table_check((uintptr_t)table, size));
    start(state);
    place(3)->text_offset = (uint32_t)size;
    assert_refused(size, "place 3, 0xfffffffffffff000 + 0x1000 (PA): at byte");
    place(3)->text_offset = ~0u;
    assert_refused(size, "at byte 4294967295 of");
    start(state);
    ((char *)table)[size - 1] = 'x'; /* the NUL of the last text */
    assert_refused(size, "place 3");
}

static void control_characters(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\nVMM|INFO: b", "\x1b[2J", "a\x7f", "\t"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct table_place forged = {0, 1, texts[i]};
        table_build(&(struct table_choice){.places = &forged, .place_count = 1});
        assert_refused(size, "without control characters");
    }
    struct table_place foreign = {0, 1, "Gerät"};
    table_build(&(struct table_choice){.places = &foreign, .place_count = 1});
    assert_non_null(guest_table_check((uintptr_t)table, size));
}

static void longest_text(void **state)
{
    (void)state;
    char text[GUEST_PLACE_TEXT_MAX + 1];
    struct table_place longest = {0, 1, text};
    memset(text, 'x', sizeof text);
    text[GUEST_PLACE_TEXT_MAX - 1] = '\0';
    table_build(&(struct table_choice){.places = &longest, .place_count = 1});
    assert_non_null(guest_table_check((uintptr_t)table, size));
    text[GUEST_PLACE_TEXT_MAX - 1] = 'x';
    text[GUEST_PLACE_TEXT_MAX] = '\0';
    table_build(&(struct table_choice){.places = &longest, .place_count = 1});
    assert_refused(size, "no text of less than 512 bytes");
}

/* Whatever byte is another one: refused, or all that can be asked of it lies in it. */
static void every_byte_spoiled(void **state)
{
    (void)state;
    static const uint8_t changes[] = {0x01, 0x80, 0xff};
    for (size_t i = 0; i < size * sizeof changes; i++) {
        start(state);
        ((uint8_t *)table)[i / sizeof changes] ^= changes[i % sizeof changes];
        if (guest_table_check((uintptr_t)table, size) == NULL) {
            assert_int_equal(fake.log_lines, 1);
            continue;
        }
        for (uint32_t j = 0; j < table->place_count; j++) {
            const char *text = guest_table_place_text(table, place(j)->pa);
            assert_in_range(strlen(text), 0, GUEST_PLACE_TEXT_MAX - 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_most_precise_place, start, end),
        cmocka_unit_test_setup_teardown(no_arrays, start, end),
        cmocka_unit_test_setup_teardown(longer_file, start, end),
        cmocka_unit_test_setup_teardown(cut_short, start, end),
        cmocka_unit_test_setup_teardown(not_mapped, start, end),
        cmocka_unit_test_setup_teardown(wrong_header, start, end),
        cmocka_unit_test_setup_teardown(wrong_arrays, start, end),
        cmocka_unit_test_setup_teardown(wrong_devices, start, end),
        cmocka_unit_test_setup_teardown(wrong_places, start, end),
        cmocka_unit_test_setup_teardown(control_characters, start, end),
        cmocka_unit_test_setup_teardown(longest_text, start, end),
        cmocka_unit_test_setup_teardown(every_byte_spoiled, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
