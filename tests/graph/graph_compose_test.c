/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The picture of a composed system, for the board and the system of the tests of `drover explain`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compose_graph.h"
#include "diag_capture.h"
#include "made_up.h"
#include "picture.h"

static struct made_up made_up;
static struct compose compose;

static int set_up(void **state)
{
    (void)state;
    diag_capture_reset();
    made_up_open(&made_up);
    made_up_compose(&made_up, &compose);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    compose_free(&compose);
    made_up_close(&made_up);
    return 0;
}

static void draw(struct picture *picture)
{
    struct graph graph;
    compose_graph_build(&compose, &graph);
    if (!graph_layout(&graph)) {
        fail_msg("%s", diag_captured());
    }
    picture_take(picture, &graph, "made up");
}

static void devices_and_owners(void **state)
{
    (void)state;
    struct picture picture;
    draw(&picture);
    assert_true(picture_ids_are_unique(&picture));
    assert_int_equal(picture_count(&picture, "frame"), 2);
    assert_int_equal(picture_texts_in(&picture, "given", "mmc@a000000"), 1);
    assert_int_equal(picture_texts_in(&picture, "given", "irq 223 level"), 1);
    assert_int_equal(picture_count(&picture, "given"), 1);
    assert_int_equal(picture_texts_in(&picture, "needed", "clock-controller@9010000"), 1);
    assert_int_equal(picture_texts_in(&picture, "needed", "gpio@9020000"), 1);
    assert_int_equal(picture_texts_in(&picture, "needed", "regulator"), 1);
    assert_int_equal(picture_texts_in(&picture, "needed", "no devices"), 1);
    assert_int_equal(picture_texts_in(&picture, "label", "clocks"), 1);
    assert_int_equal(picture_texts_in(&picture, "label", "cd-gpios"), 1);
    assert_int_equal(picture_count(&picture, "need"), 2);
    assert_int_equal(picture_texts_in(&picture, "kept", "interrupt-controller@8000000"), 1);
    assert_int_equal(picture_texts_in(&picture, "nobody", "ethernet@a002000"), 1);
    assert_int_equal(picture_texts_in(&picture, "nobody", "phy@a004000"), 1);
    assert_int_equal(picture_texts_in(&picture, "nobody", "and 1 disabled in the tree"), 1);
    assert_int_equal(picture_texts_in(&picture, "nobody", "mmc@a000000"), 0);
    picture_free(&picture);
}

/* Of the VM's pages one has others' registers; the disk and the pins have theirs alone. */
static void shared_pages(void **state)
{
    (void)state;
    struct picture picture;
    draw(&picture);
    assert_int_equal(picture_count(&picture, "page"), 1);
    assert_int_equal(picture_texts_in(&picture, "page", "page 0x9010000"), 1);
    assert_int_equal(picture_texts_in(&picture, "page", "also ethernet@a002000, not given"), 1);
    assert_int_equal(picture_texts_in(&picture, "page", "also watchdog@9010800, not given"), 1);
    assert_int_equal(picture_count(&picture, "inpage"), 1);
    picture_free(&picture);
}

static void same_bytes(void **state)
{
    (void)state;
    struct picture one, other;
    draw(&one);
    draw(&other);
    assert_int_equal(one.size, other.size);
    assert_memory_equal(one.text, other.text, one.size);
    picture_free(&one);
    picture_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_and_owners),
        cmocka_unit_test(shared_pages),
        cmocka_unit_test(same_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
