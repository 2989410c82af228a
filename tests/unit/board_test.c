/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Boards: trees made here, right and wrong, and the facts of board.json.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libfdt.h>

#include "board.h"
#include "diag_capture.h"
#include "tree_build.h"

static struct board board;

static int set_up(void **state)
{
    (void)state;
    diag_capture_reset();
    board = (struct board){0};
    tree_build_start();
    return 0;
}

static bool read_tree(void)
{
    return board_tree_read(&board, tree_built, sizeof(tree_built), "test.dtb");
}

static bool read_facts(const char *text)
{
    return board_facts_read(&board, text, strlen(text), "board.json");
}

static void whole_board(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    assert_true(read_tree());
    assert_true(
        read_facts("{\"image_load_address\": \"0x42000000\", \"qemu\": [\"-m\", \"128\"]}"));
    assert_true(board_finish(&board, "board.json"));
    assert_int_equal(board.memory_count, 1);
    assert_int_equal(board.memory[0].base, 0x40000000);
    assert_int_equal(board.memory[0].size, 0x8000000);
    assert_int_equal(board.gicd.base, 0x8000000);
    assert_int_equal(board.gicc.size, 0x2000);
    assert_int_equal(board.gich.base, 0x8030000);
    assert_int_equal(board.gicv.base, 0x8040000);
    assert_int_equal(board.maintenance_irq, 24);
    assert_int_equal(board.timer_irq, 26);
    assert_int_equal(board.vtimer_irq, 27);
    assert_int_equal(board.ptimer_irq, 30);
    assert_int_equal(board.irq_lines, 512);
    assert_int_equal(board.uart_type, UART_NONE);
    assert_int_equal(board.image_pa, 0x42000000);
}

static void timer_interrupts_are_the_trees(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    int node = tree_add_node(0, "timer");
    tree_set_text(node, "compatible", "arm,armv8-timer");
    TREE_SET_CELLS(node, "interrupts", 1, 1, 4, 1, 2, 4, 1, 3, 4, 1, 4, 4);
    assert_true(read_tree());
    assert_int_equal(board.ptimer_irq, 18);
    assert_int_equal(board.vtimer_irq, 19);
    assert_int_equal(board.timer_irq, 20);
}

static void console_through_alias_and_ranges(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    /* Two buses, the inner one with 1-cell addresses from 0x100. */
    int soc = tree_add_node(0, "soc");
    TREE_SET_CELLS(soc, "#address-cells", 2);
    TREE_SET_CELLS(soc, "#size-cells", 1);
    TREE_SET_CELLS(soc, "ranges", 0, 0, 0, 0xf0000000, 0x1000000);
    int bus = tree_add_node(soc, "bus");
    TREE_SET_CELLS(bus, "#address-cells", 1);
    TREE_SET_CELLS(bus, "#size-cells", 1);
    TREE_SET_CELLS(bus, "ranges", 0x1000, 0, 0x800000, 0x100000);
    int uart = tree_add_node(bus, "serial@44c0");
    tree_set_text(uart, "compatible", "amlogic,meson-gx-uart");
    TREE_SET_CELLS(uart, "reg", 0x44c0, 0x18);
    int aliases = tree_add_node(0, "aliases");
    tree_set_text(aliases, "serial0", "/soc/bus/serial@44c0");
    int chosen = tree_add_node(0, "chosen");
    tree_set_text(chosen, "stdout-path", "serial0:115200n8");
    assert_true(read_tree());
    assert_int_equal(board.uart_type, UART_MESON);
    assert_int_equal(board.uart_pa, 0xf08034c0);
    assert_int_equal(board_uart_page(&board).base, 0xf0803000);
    assert_int_equal(board_uart_page(&board).size, 0x1000);
}

static void console_over_two_pages(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    int uart = tree_add_node(0, "serial@9000fe0");
    tree_set_text(uart, "compatible", "arm,pl011");
    TREE_SET_CELLS(uart, "reg", 0, 0x9000fe0, 0, 0x1000);
    int chosen = tree_add_node(0, "chosen");
    tree_set_text(chosen, "stdout-path", "/serial@9000fe0");
    assert_true(read_tree());
    assert_int_equal(board.uart_type, UART_NONE);
    assert_int_equal(board_uart_page(&board).size, 0);
}

static void unknown_console_is_no_mistake(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    int uart = tree_add_node(0, "serial@9000000");
    tree_set_text(uart, "compatible", "acme,uart");
    TREE_SET_CELLS(uart, "reg", 0, 0x9000000, 0, 0x1000);
    int chosen = tree_add_node(0, "chosen");
    tree_set_text(chosen, "stdout-path", "/serial@9000000");
    assert_true(read_tree());
    assert_int_equal(board.uart_type, UART_NONE);
    assert_int_equal(board.uart_pa, 0);
}

static void alias_of_an_alias_ends(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    int aliases = tree_add_node(0, "aliases");
    tree_set_text(aliases, "serial0", "serial0");
    int chosen = tree_add_node(0, "chosen");
    tree_set_text(chosen, "stdout-path", "serial0");
    assert_true(read_tree());
    assert_int_equal(board.uart_type, UART_NONE);
}

static void reserved_memory(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    assert_int_equal(fdt_add_mem_rsv(tree_built, 0x47fff800, 0x100), 0);
    int parent = tree_add_node(0, "reserved-memory");
    TREE_SET_CELLS(parent, "#address-cells", 2);
    TREE_SET_CELLS(parent, "#size-cells", 2);
    assert_int_equal(fdt_setprop(tree_built, parent, "ranges", NULL, 0), 0);
    int node = tree_add_node(parent, "firmware@45000000");
    TREE_SET_CELLS(node, "reg", 0, 0x45000000, 0, 0x300000);
    node = tree_add_node(parent, "more@45300000");
    TREE_SET_CELLS(node, "reg", 0, 0x45300000, 0, 0x100000);
    node = tree_add_node(parent, "off@46000000");
    TREE_SET_CELLS(node, "reg", 0, 0x46000000, 0, 0x100000);
    tree_set_text(node, "status", "disabled");
    node = tree_add_node(parent, "cma");
    TREE_SET_CELLS(node, "size", 0, 0x1000000);
    assert_true(read_tree());
    assert_true(read_facts("{\"image_load_address\": \"0x42000000\"}"));
    assert_true(board_finish(&board, "board.json"));
    assert_int_equal(board.reserved_count, 2);
    assert_int_equal(board.reserved[0].base, 0x45000000);
    assert_int_equal(board.reserved[0].size, 0x400000);
    assert_int_equal(board.reserved[1].base, 0x47fff000);
    assert_int_equal(board.reserved[1].size, 0x1000);
}

static void tree_refused(const char *text)
{
    assert_false(read_tree());
    if (!diag_captured_error(text)) {
        fail_msg("expected \"%s\", got: %s", text, diag_captured());
    }
}

static void no_gic(void **state)
{
    (void)state;
    tree_add_memory();
    tree_refused("interrupt controller");
}

static void gic_v3_is_read_but_has_no_kernel(void **state)
{
    (void)state;
    tree_add_memory();
    int node = tree_add_node(0, "gic@8000000");
    tree_set_text(node, "compatible", "arm,gic-v3");
    TREE_SET_CELLS(node, "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x80000, 0, 0x9000000, 0,
                   0x20000, 0, 0xa000000, 0, 0x2000);
    TREE_SET_CELLS(node, "#redistributor-regions", 2);
    assert_true(read_tree());
    assert_int_equal(board.gic_version, 3);
    assert_int_equal(board.gicd.base, 0x8000000);
    assert_int_equal(board.gicr_count, 2);
    assert_int_equal(board.gicr[0].base, 0x80a0000);
    assert_int_equal(board.gicr[1].size, 0x20000);
    assert_false(board_has_kernel(&board, "test.dtb"));
    assert_true(diag_captured_error("a GICv3, which the kernel of this release does not drive"));
}

static void gic_v3_without_redistributors(void **state)
{
    (void)state;
    tree_add_memory();
    int node = tree_add_node(0, "gic@8000000");
    tree_set_text(node, "compatible", "arm,gic-v3");
    TREE_SET_CELLS(node, "reg", 0, 0x8000000, 0, 0x10000);
    tree_refused("as many regions of redistributors");
}

/* A GIC that is disabled is none. */
static void gic_that_is_disabled(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    tree_set_text(fdt_path_offset(tree_built, "/gic@8000000"), "status", "disabled");
    tree_refused("none that is enabled");
}

static void gic_without_gicv(void **state)
{
    (void)state;
    tree_add_memory();
    int node = tree_add_node(0, "gic@8000000");
    tree_set_text(node, "compatible", "arm,cortex-a15-gic");
    TREE_SET_CELLS(node, "reg", 0, 0x8000000, 0, 0x1000, 0, 0x8010000, 0, 0x2000);
    tree_refused("GICD, GICC, GICH and GICV");
}

static void aliased_cpu_interface(void **state)
{
    (void)state;
    const struct range aliased = {.base = 0xf9020000, .size = 0x20000};
    const struct range plain = {.base = 0x8010000, .size = 0x2000};
    assert_int_equal(board_cpu_interface(&aliased).base, 0xf902f000);
    assert_int_equal(board_cpu_interface(&aliased).size, 0x2000);
    assert_int_equal(board_cpu_interface(&plain).base, 0x8010000);
    assert_int_equal(board_cpu_interface(&plain).size, 0x2000);
}

static void bus_without_ranges(void **state)
{
    (void)state;
    tree_add_memory();
    int bus = tree_add_node(0, "bus");
    int node = tree_add_node(bus, "gic@8000000");
    tree_set_text(node, "compatible", "arm,gic-400");
    TREE_SET_CELLS(node, "reg", 0, 0x8000000, 0, 0x1000, 0, 0x8010000, 0, 0x2000, 0, 0x8030000, 0,
                   0x2000, 0, 0x8040000, 0, 0x2000);
    tree_refused("/bus");
}

static void memory_that_wraps(void **state)
{
    (void)state;
    int node = tree_add_node(0, "memory@0");
    tree_set_text(node, "device_type", "memory");
    TREE_SET_CELLS(node, "reg", 0xffffffff, 0xfffff000, 0, 0x2000);
    tree_refused("40 bits");
}

static void too_many_cells(void **state)
{
    (void)state;
    int node = tree_add_node(0, "memory@0");
    tree_set_text(node, "device_type", "memory");
    TREE_SET_CELLS(node, "reg", 0, 0, 0, 0, 0, 0x1000);
    assert_int_equal(fdt_setprop_u32(tree_built, 0, "#address-cells", 5), 0);
    tree_refused("#address-cells");
}

static void not_a_tree(void **state)
{
    (void)state;
    assert_false(board_tree_read(&board, "hello, world", 8, "test.dtb"));
    assert_true(diag_captured_error("not a flattened device tree"));
    memset(tree_built, 0, sizeof(tree_built));
    assert_false(read_tree());
}

static void facts_refused(const char *facts, const char *text)
{
    diag_capture_reset();
    board = (struct board){.memory = {{0x40000000, 0x8000000}}, .memory_count = 1};
    assert_false(read_facts(facts) && board_finish(&board, "board.json"));
    if (!diag_captured_error(text)) {
        fail_msg("expected \"%s\", got: %s", text, diag_captured());
    }
}

static void wrong_facts(void **state)
{
    (void)state;
    facts_refused("", "not a JSON object");
    facts_refused("[1]", "not a JSON object");
    facts_refused("{\"image_load_address\": ", "not a JSON object");
    facts_refused("{\"speed\": 1}", "unknown fact \"speed\"");
    facts_refused("{}", "image_load_address");
    facts_refused("{\"image_load_address\": \"0x10000000\"}", "in the board's RAM");
    facts_refused("{\"image_load_address\": \"0x40001000\"}", "2 MiB aligned");
    facts_refused("{\"image_load_address\": \"here\"}", "a number");
    facts_refused("{\"image_load_address\": \"0x42000000z\"}", "a number");
    facts_refused("{\"image_load_address\": true}", "a number");
    facts_refused("{\"memory\": []}", "pairs");
    facts_refused("{\"memory\": [[\"0x0\"]]}", "not a pair");
    facts_refused("{\"memory\": [[\"0x0\", \"0xfffffffffffffff0\"]]}", "40 bits");
    facts_refused("{\"irq_lines\": 2000}", "32..1020");
}

static void clock_rates(void **state)
{
    (void)state;
    const uint32_t cells[] = {3, 4294967295};
    assert_true(read_facts("{\"clock_rates\": {\"/clk\": {\"3 4294967295\": 99990000, \"3\": 1},"
                           " \"/oscillator\": {\"\": 4294967295}}}"));
    assert_int_equal(board.clock_count, 3);
    assert_int_equal(board_clock_rate(&board, "/clk", cells, 2), 99990000);
    assert_int_equal(board_clock_rate(&board, "/clk", cells, 1), 1);
    assert_int_equal(board_clock_rate(&board, "/clk", cells + 1, 1), 0);
    assert_int_equal(board_clock_rate(&board, "/clk", cells, 0), 0);
    assert_int_equal(board_clock_rate(&board, "/oscillator", cells, 0), 4294967295);
    assert_int_equal(board_clock_rate(&board, "/osc", cells, 0), 0);
}

static void clocks_refused(const char *clocks, const char *reason)
{
    char facts[512];
    snprintf(facts, sizeof(facts), "{\"clock_rates\": %s}", clocks);
    facts_refused(facts, reason);
}

static void wrong_clock_rates(void **state)
{
    (void)state;
    clocks_refused("[]", "providers' paths");
    clocks_refused("{\"clk\": {}}", "\"clk\" is no path");
    clocks_refused("{\"/clk\": 100}", "/clk: an object");
    clocks_refused("{\"/clk\": {\"0x38\": 100}}", "\"0x38\" of /clk is no specifier");
    clocks_refused("{\"/clk\": {\"1  2\": 100}}", "is no specifier");
    clocks_refused("{\"/clk\": {\"1 \": 100}}", "is no specifier");
    clocks_refused("{\"/clk\": {\" 1\": 100}}", "is no specifier");
    clocks_refused("{\"/clk\": {\"-1\": 100}}", "is no specifier");
    clocks_refused("{\"/clk\": {\"4294967296\": 100}}", "is no specifier");
    clocks_refused("{\"/clk\": {\"1 2 3 4 5\": 100}}", "at most 4");
    clocks_refused("{\"/clk\": {\"1\": 0}}", "1 to 4294967295");
    clocks_refused("{\"/clk\": {\"1\": 4294967296}}", "1 to 4294967295");
    clocks_refused("{\"/clk\": {\"1\": \"100\"}}", "a rate in Hz");
    clocks_refused("{\"/clk\": {\"1\": 1.5}}", "a rate in Hz");
    clocks_refused("{\"/clk\": {\"1\": 100, \"01\": 100}}", "twice");
}

static void too_many_clocks(void **state)
{
    (void)state;
    char facts[4096] = "{\"clock_rates\": {\"/clk\": {\"0\": 1";
    for (int i = 1; i <= BOARD_CLOCK_MAX; i++) {
        snprintf(facts + strlen(facts), sizeof(facts) - strlen(facts), ", \"%d\": 1", i);
    }
    strcat(facts, "}}}");
    facts_refused(facts, "more than 64");
}

static void long_clock_provider(void **state)
{
    (void)state;
    char clocks[BOARD_CLOCK_PATH_SIZE + 16];
    snprintf(clocks, sizeof(clocks), "{\"/%0*d\": {}}", BOARD_CLOCK_PATH_SIZE - 2, 0);
    assert_int_equal(strlen(clocks), BOARD_CLOCK_PATH_SIZE - 1 + 8);
    char facts[512];
    snprintf(facts, sizeof(facts), "{\"clock_rates\": %s}", clocks);
    assert_true(read_facts(facts));
    snprintf(clocks, sizeof(clocks), "{\"/%0*d\": {}}", BOARD_CLOCK_PATH_SIZE - 1, 0);
    clocks_refused(clocks, "at most 127");
}

static void facts_win_over_the_tree(void **state)
{
    (void)state;
    tree_add_memory();
    tree_add_gic();
    assert_true(read_tree());
    assert_true(
        read_facts("{\"memory\": [[\"0x80000800\", \"0x1000000\"], [\"0x40000000\", 4194304],"
                   " [\"0x40400000\", \"0x400000\"]],"
                   " \"irq_lines\": 96, \"image_load_address\": \"0x40000000\"}"));
    assert_true(board_finish(&board, "board.json"));
    assert_int_equal(board.irq_lines, 96);
    assert_int_equal(board.memory_count, 2);
    assert_int_equal(board.memory[0].size, 0x800000);
    assert_int_equal(board.memory[1].base, 0x80001000);
    assert_int_equal(board.memory[1].size, 0xfff000);
    assert_non_null(board_memory_find(&board, 0x40000000, 0x800000));
    assert_null(board_memory_find(&board, 0x40000000, 0x800001));
    assert_true(board_memory_touches(&board, 0x3ffff000, 0x1001));
    assert_false(board_memory_touches(&board, 0x40800000, 0x1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whole_board, set_up),
        cmocka_unit_test_setup(timer_interrupts_are_the_trees, set_up),
        cmocka_unit_test_setup(console_through_alias_and_ranges, set_up),
        cmocka_unit_test_setup(console_over_two_pages, set_up),
        cmocka_unit_test_setup(unknown_console_is_no_mistake, set_up),
        cmocka_unit_test_setup(alias_of_an_alias_ends, set_up),
        cmocka_unit_test_setup(reserved_memory, set_up),
        cmocka_unit_test_setup(no_gic, set_up),
        cmocka_unit_test_setup(gic_v3_is_read_but_has_no_kernel, set_up),
        cmocka_unit_test_setup(gic_v3_without_redistributors, set_up),
        cmocka_unit_test_setup(gic_that_is_disabled, set_up),
        cmocka_unit_test_setup(gic_without_gicv, set_up),
        cmocka_unit_test_setup(aliased_cpu_interface, set_up),
        cmocka_unit_test_setup(bus_without_ranges, set_up),
        cmocka_unit_test_setup(memory_that_wraps, set_up),
        cmocka_unit_test_setup(too_many_cells, set_up),
        cmocka_unit_test_setup(not_a_tree, set_up),
        cmocka_unit_test_setup(wrong_facts, set_up),
        cmocka_unit_test_setup(clock_rates, set_up),
        cmocka_unit_test_setup(wrong_clock_rates, set_up),
        cmocka_unit_test_setup(too_many_clocks, set_up),
        cmocka_unit_test_setup(long_clock_provider, set_up),
        cmocka_unit_test_setup(facts_win_over_the_tree, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
