/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What `drover explain` says of a composed system, of one written by hand and of a tree alone: each
 * a list of questions with its answers in tests/explain. And that it says what a VMM logs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/arch/aarch64/fault.h>
#include <libvmm/guest_table.h>

#include "compose_print.h"
#include "diag_capture.h"
#include "esr.h"
#include "libvmm/fake.h"
#include "made_up.h"

#define QUESTION_MARK "? " /* a line of questions in a list; what follows are the answers */
#define WORD_MAX      16

static struct made_up made_up;

static int set_up(void **state)
{
    (void)state;
    diag_capture_reset();
    made_up_open(&made_up);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    made_up_close(&made_up);
    return 0;
}

/* What is said of the words; `*sound`: whether all of them meant something. Allocated. */
static char *answer(const struct explain *explain, char **words, size_t count, bool *sound)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    *sound = explain_words(explain, words, count, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* The answers to a line of questions, which it takes apart. */
static char *answer_line(const struct explain *explain, char *line)
{
    char *words[WORD_MAX];
    size_t count = 0;
    bool sound;
    for (char *word = strtok(line, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        assert_true(count < WORD_MAX);
        words[count++] = word;
    }
    char *text = answer(explain, words, count, &sound);
    if (!sound) {
        fail_msg("%s", diag_captured());
    }
    return text;
}

/* Asks the questions of the list `name` again, and compares all of it. */
static void expect_list(const struct explain *explain, const char *name)
{
    char path[128], line[4096];
    snprintf(path, sizeof(path), "tests/explain/%s.txt", name);
    FILE *list = fopen(path, "r");
    assert_non_null(list);
    char *expected = NULL, *said = NULL;
    size_t size;
    FILE *expected_out = open_memstream(&expected, &size), *said_out = open_memstream(&said, &size);
    while (fgets(line, sizeof(line), list) != NULL) {
        fputs(line, expected_out);
        if (strncmp(line, QUESTION_MARK, strlen(QUESTION_MARK)) == 0) {
            fputs(line, said_out);
            char *text = answer_line(explain, line + strlen(QUESTION_MARK));
            fputs(text, said_out);
            free(text);
        }
    }
    fclose(list);
    fclose(expected_out);
    fclose(said_out);
    snprintf(path, sizeof(path), MADE_UP_DIRECTORY "/%s.txt", name);
    assert_true(file_write(path, said, strlen(said)));
    if (strcmp(expected, said) != 0) {
        fail_msg("tests/explain/%s.txt differs from %s", name, path);
    }
    free(expected);
    free(said);
}

static void tree_alone(void **state)
{
    (void)state;
    struct explain explain;
    explain_open(&explain, &made_up.devtree, &made_up.board);
    explain_finish(&explain);
    expect_list(&explain, "tree");
    explain_close(&explain);
}

static void written_by_hand(void **state)
{
    (void)state;
    struct explain explain;
    struct system *system = system_read("tests/explain/written.system", NULL, 0);
    assert_non_null(system);
    explain_open(&explain, &made_up.devtree, &made_up.board);
    explain_system(&explain, system);
    system_free(system);
    explain_finish(&explain);
    expect_list(&explain, "written");
    explain_close(&explain);
}

/* Composes into MADE_UP_COMPOSED. */
static void compose_to_directory(struct compose *compose)
{
    made_up_compose(&made_up, compose);
    if (!compose_write(compose, MADE_UP_COMPOSED)) {
        fail_msg("%s", diag_captured());
    }
}

static void open_composed(struct explain *explain)
{
    explain_open(explain, &made_up.devtree, &made_up.board);
    if (!explain_composed(explain, MADE_UP_COMPOSED)) {
        fail_msg("%s", diag_captured());
    }
    explain_finish(explain);
}

static void composed(void **state)
{
    (void)state;
    struct compose compose;
    struct explain explain;
    compose_to_directory(&compose);
    compose_free(&compose);
    open_composed(&explain);
    expect_list(&explain, "composed");
    explain_close(&explain);
}

/* What a VMM with the table logs behind "external abort: " of an access to `gpa`. Static. */
static const char *logged(uint64_t gpa)
{
    static const char before[] = "external abort: ";
    fake_logged("");
    fake.pages[0].esr = ESR_EC_FIELD(ESR_EC_DABT_LOWER) | ESR_IL | ESR_ISV | UINT64_C(2) << 22 | 7;
    fake.pages[0].fault_gpa = gpa;
    fake.pages[0].pc = 0x400800;
    fake.pages[0].pstate = 0x5; /* EL1h */
    assert_true(fault_handle(0, MSGINFO((uint64_t)FAULT_VM, 4)));
    const char *text = strstr(fake.log, before);
    assert_non_null(text);
    return text + strlen(before);
}

/* The first line's text behind "0x...: ", without what the VM reaches all the same: such an access
 * is none that its VMM sees. */
static char *explained(const struct explain *explain, uint64_t pa)
{
    char word[32];
    bool sound;
    snprintf(word, sizeof(word), "0x%llx", (unsigned long long)pa);
    char *text = answer(explain, (char *[]){word}, 1, &sound);
    assert_true(sound);
    memmove(text, text + strlen(word) + 2, strlen(text) - strlen(word) - 1);
    *(strchr(text, '\n') + 1) = '\0';
    char *reached = strstr(text, "; VM \"storage\" reaches it all the same");
    if (reached != NULL) {
        memcpy(reached, "\n", 2);
    }
    return text;
}

/* At the first and last byte of every register range, behind it, and in RAM. */
static void vmm_says_the_same(void **state)
{
    (void)state;
    struct compose compose;
    struct explain explain;
    size_t size, count = 0;
    compose_to_directory(&compose);
    open_composed(&explain);
    char *bytes = compose_print_table(&compose, 0, &size);
    const struct guest_table *table = guest_table_check((uintptr_t)bytes, size);
    assert_non_null(table);
    fake_start(1);
    fake.regs[0][VCPU_REG_SCTLR_EL1] = 1ul << 23;
    fault_register_places(table);
    const struct guest_place *places = guest_table_places(table);
    for (uint32_t i = 0; i < table->place_count; i++) {
        const uint64_t offsets[] = {0, places[i].size - 1, places[i].size, places[i].size / 2};
        for (size_t k = 0; k < 4; k++) {
            uint64_t pa = places[i].pa + offsets[k];
            char *text = explained(&explain, pa);
            bool is_gic = pa - FAKE_GICD < FAKE_GICD_SIZE; /* the guest's own: it does not fault */
            bool is_reached = strncmp(text, "VM \"storage\": no node", 21) == 0;
            if (!is_gic && !is_reached) {
                assert_string_equal(logged(pa), text);
                count++;
            }
            free(text);
        }
    }
    assert_true(count > 30);
    fault_register_places(NULL);
    free(bytes);
    explain_close(&explain);
    compose_free(&compose);
}

static void refuse_words(const char *text, const char *message)
{
    char line[256];
    char *words[WORD_MAX];
    size_t count = 0;
    bool sound;
    struct explain explain;
    snprintf(line, sizeof(line), "%s", text);
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    diag_capture_reset();
    explain_open(&explain, &made_up.devtree, &made_up.board);
    explain_finish(&explain);
    free(answer(&explain, words, count, &sound));
    explain_close(&explain);
    assert_false(sound);
    if (!diag_captured_error(message)) {
        fail_msg("%s: said %s", text, diag_captured());
    }
}

static void words_without_meaning(void **state)
{
    (void)state;
    refuse_words("irq", "irq: expected a number from 0 to 1019 behind \"irq\"");
    refuse_words("irq 1020", "irq 1020: expected a number from 0 to 1019");
    refuse_words("SPI:988", "spi 988: expected a number from 0 to 987");
    refuse_words("ppi:16", "ppi 16: expected a number from 0 to 15");
    refuse_words("irq:0x", "irq 0x: expected a number");
    refuse_words("irq -1", "irq -1: expected a number");
    refuse_words("0x10000000000000000", "no node with this path");
    refuse_words("0x9000000 mmc", "there are /soc/mmc@a000000, /soc/mmc@a001000");
}

/* Writes a compose.json that differs in one place, and expects a refusal. */
static void refuse_json(const char *json, const char *from, const char *to, const char *message)
{
    const char *at = strstr(json, from);
    char *changed = NULL;
    size_t size;
    struct explain explain;
    assert_non_null(at);
    FILE *out = open_memstream(&changed, &size);
    fprintf(out, "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
    fclose(out);
    assert_int_equal(system("mkdir -p " MADE_UP_DIRECTORY "/broken"), 0);
    assert_true(file_write(MADE_UP_DIRECTORY "/broken/" COMPOSE_JSON, changed, size));
    free(changed);
    diag_capture_reset();
    explain_open(&explain, &made_up.devtree, &made_up.board);
    assert_false(explain_composed(&explain, MADE_UP_DIRECTORY "/broken"));
    explain_close(&explain);
    if (!diag_captured_error(message)) {
        fail_msg("%s -> %s: said %s", from, to, diag_captured());
    }
}

static void broken_json(void **state)
{
    (void)state;
    struct compose compose;
    size_t size;
    made_up_compose(&made_up, &compose);
    char *json = compose_print_json(&compose, &size);
    refuse_json(json, "{", "[", "not JSON");
    refuse_json(json, "made_up", "odroidc4",
                "composed for board \"odroidc4\", and this is another");
    refuse_json(json, "\"tree_crc32\": ", "\"tree_crc32\": 1", "from another tree");
    refuse_json(json, "\"places\"", "\"spaces\"", "\"places\" is missing, or is no array");
    refuse_json(json, "\"pages\": [", "\"pages\": [ 7,", "is missing, or is no int");
    refuse_json(json, "\"/soc/interrupt-controller", "\"/sock", "no node /sock@8000000");
    refuse_json(json, "\"pa\": ", "\"pa\": 18446744073709551615, \"was\": ", "beyond 64 bits");
    free(json);
    compose_free(&compose);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_alone),
        cmocka_unit_test(written_by_hand),
        cmocka_unit_test(composed),
        cmocka_unit_test(vmm_says_the_same),
        cmocka_unit_test(words_without_meaning),
        cmocka_unit_test(broken_json),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
