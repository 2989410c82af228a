/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a picture shows: everything that the description says, once, whatever it is called.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diag_capture.h"
#include "picture.h"

#define EVERYTHING "tests/bad/good/everything.system"
#define DOMAINS    "tests/graph/domains.system"
#define HOSTILE    "tests/graph/hostile.system"

static void check_irqs(const struct picture *picture, const struct irq *irqs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(picture_interrupts(picture, irqs[i].intid), 1);
    }
}

/* Every object of the system is in the picture once. */
static void check_all(const struct picture *picture)
{
    const struct system *system = picture->system;
    size_t vms = 0;
    size_t capabilities = 0;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        assert_int_equal(picture_texts_in(picture, "pd", pd->name), 1);
        check_irqs(picture, pd->irqs, pd->irq_count);
        capabilities += pd->capability_count;
        if (pd->vm != NULL) {
            vms++;
            assert_int_equal(picture_texts_in(picture, "vm", pd->vm->name), 1);
            check_irqs(picture, pd->vm->irqs, pd->vm->irq_count);
        }
    }
    for (size_t i = 0; i < system->region_count; i++) {
        assert_int_equal(picture_regions(picture, system->regions[i].name), 1);
    }
    assert_int_equal(picture_count(picture, "pd"), system->pd_count);
    assert_int_equal(picture_count(picture, "vm"), vms);
    assert_int_equal(picture_count(picture, "channel"), system->channel_count);
    assert_int_equal(picture_count(picture, "capability"), capabilities);
    assert_true(picture_ids_are_unique(picture));
}

static void draw_and_check(const char *path)
{
    struct picture picture;
    picture_draw(&picture, path, path, NULL);
    check_all(&picture);
    picture_free(&picture);
}

static void all_is_there_once(void **state)
{
    (void)state;
    draw_and_check(DOMAINS);
    draw_and_check(HOSTILE);
    draw_and_check("tests/graph/devices.system");
}

/* Every good description is drawn; those that need macros are read elsewhere. */
static void all_good_descriptions_are_drawn(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("tests/bad/good/*.system", 0, NULL, &found), 0);
    size_t drawn = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        if (strstr(found.gl_pathv[i], "macros") == NULL) {
            draw_and_check(found.gl_pathv[i]);
            drawn++;
        }
    }
    globfree(&found);
    assert_true(drawn > 5);
}

static void rights_stand_on_the_lines(void **state)
{
    (void)state;
    struct picture picture;
    picture_draw(&picture, DOMAINS, "domains", NULL);
    assert_int_equal(picture_texts(&picture, "rw"), 1);
    assert_int_equal(picture_texts(&picture, "r"), 1);
    assert_int_equal(picture_texts(&picture, "heap 16 KiB rw"), 1);
    assert_int_equal(picture_texts(&picture, "mapped by nobody"), 1);
    assert_int_equal(picture_texts(&picture, "tcb, slot 3"), 1);
    assert_int_equal(picture_count(&picture, "call"), 1);
    /* `log` and `index` are shared alike, and so stand in one box, with one line to each PD. */
    assert_int_equal(picture_count(&picture, "memory"), 2);
    assert_int_equal(picture_count(&picture, "map"), 2);
    picture_free(&picture);
}

static void domains_are_explained(void **state)
{
    (void)state;
    struct picture picture;
    picture_draw(&picture, DOMAINS, "domains", NULL);
    assert_int_equal(picture_count(&picture, "domain1"), 1);
    assert_int_equal(picture_count(&picture, "domain2"), 1);
    assert_int_equal(picture_texts(&picture, "domain flight: 2 of 3 slots, 2000 us, 100 ticks"), 1);
    assert_int_equal(picture_texts(&picture, "domain cabin: 1 of 3 slots, 500 us"), 1);
    picture_free(&picture);
}

/* A heading comes from the command line: it can be bytes of any kind. */
static void headings_are_made_harmless(void **state)
{
    static const char title[] = "\x01<&>\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82";
    static const char shown[] =
        "<title>\xef\xbf\xbd&lt;&amp;&gt;\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd";
    (void)state;
    struct picture picture;
    picture_draw(&picture, "tests/bad/good/minimal.system", title, NULL);
    assert_non_null(strstr(picture.text, shown));
    picture_free(&picture);
}

static void parents_are_around_their_children(void **state)
{
    (void)state;
    struct picture picture;
    picture_draw(&picture, EVERYTHING, "everything", NULL);
    const struct graph *graph = &picture.graph;
    assert_int_equal(graph->frame_count, 1);
    const struct box *frame = &graph->frames[0].box;
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct box *box = &graph->nodes[i].box;
        bool inside = box->corner.x > frame->corner.x && box->corner.y > frame->corner.y &&
                      box->corner.x + box->width < frame->corner.x + frame->width &&
                      box->corner.y + box->height < frame->corner.y + frame->height;
        assert_int_equal(inside, graph->nodes[i].frame == 0);
    }
    picture_free(&picture);
}

/* What graphviz is asked about a system is what the file beside it says. */
static void check_dot(const char *path, const char *golden)
{
    char expected[16384];
    char *text = NULL;
    size_t size = 0;
    struct graph graph;
    struct system *system = system_read(path, NULL, 0);
    assert_non_null(system);
    graph_build(&graph, system, NULL);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    graph_write_dot(&graph, out);
    fclose(out);
    FILE *file = fopen(golden, "r");
    assert_non_null(file);
    expected[fread(expected, 1, sizeof(expected) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
    graph_free(&graph);
    system_free(system);
}

static void dot_is_as_expected(void **state)
{
    (void)state;
    check_dot(EVERYTHING, "tests/graph/everything.dot");
    check_dot(DOMAINS, "tests/graph/domains.dot");
    check_dot(HOSTILE, "tests/graph/hostile.dot");
}

static void wide_characters_take_two_columns(void **state)
{
    (void)state;
    assert_int_equal(graph_columns(""), 0);
    assert_int_equal(graph_columns("abc"), 3);
    assert_int_equal(graph_columns("\xc3\xa9t\xc3\xa9"), 3);
    assert_int_equal(graph_columns("\xe6\x97\xa5\xe6\x9c\xac"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_there_once),
        cmocka_unit_test(all_good_descriptions_are_drawn),
        cmocka_unit_test(rights_stand_on_the_lines),
        cmocka_unit_test(domains_are_explained),
        cmocka_unit_test(headings_are_made_harmless),
        cmocka_unit_test(parents_are_around_their_children),
        cmocka_unit_test(dot_is_as_expected),
        cmocka_unit_test(wide_characters_take_two_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
