/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls as such: rights, results, and long random plays of all of them.
 */
#include <string.h>

#include "assertions.h"
#include "play.h"

#define PLAY_COUNT 100
#define PLAY_SIZE  8192

static void smc_needs_the_right(void **state)
{
    (void)state;
    example_boot(state);
    example_wake(CLIENT);
    assert_int_equal(pd_call(CLIENT, SYS_SMC, 0, 0, 0), DROVER_ERR_DENIED);
    assert_int_equal(machine.firmware_calls, 0);
}

static void smc_goes_through_the_message_page(void **state)
{
    (void)state;
    example_boot(state);
    example_wake(PARENT);
    for (unsigned i = 0; i < 9; i++) {
        PD(PARENT)->message->mr[i] = 10 * i;
    }
    assert_int_equal(pd_call(PARENT, SYS_SMC, 0, 0, 0), DROVER_OK);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(PD(PARENT)->message->mr[i], 10 * i + 1);
    }
    assert_int_equal(PD(PARENT)->message->mr[8], 80);
}

/* The text of CLIENT's message page; the length is the program's word. */
static void text_set(const char *text, uint64_t length)
{
    struct message_page *page = PD(CLIENT)->message;
    strncpy(page->text, text, sizeof(page->text));
    page->text_length = length;
    machine.uart_length = 0;
    machine.uart[0] = '\0';
}

static void debug_put_prints_the_text_once(void **state)
{
    (void)state;
    example_boot(state);
    example_wake(CLIENT);
    text_set("one\ntwo", 7);
    assert_int_equal(pd_call(CLIENT, SYS_DEBUG_PUT, 0, 0, 0), DROVER_OK);
    assert_string_equal(machine.uart, "one\r\ntwo");
    assert_int_equal(PD(CLIENT)->message->text_length, 0);
    assert_int_equal(pd_call(CLIENT, SYS_DEBUG_PUT, 0, 0, 0), DROVER_OK);
    assert_string_equal(machine.uart, "one\r\ntwo");
}

static void debug_put_stays_within_the_text(void **state)
{
    (void)state;
    example_boot(state);
    example_wake(CLIENT);
    text_set("", UINT64_MAX);
    assert_int_equal(pd_call(CLIENT, SYS_DEBUG_PUT, 0, 0, 0), DROVER_OK);
    assert_int_equal(machine.uart_length, DEBUG_TEXT_MAX);
}

static void a_fault_prints_the_unfinished_line_first(void **state)
{
    (void)state;
    example_boot(state);
    example_wake(CLIENT);
    text_set("half a line", 11);
    pd_call(CLIENT, SYS_COUNT, 0, 0, 0);
    assert_ptr_equal(strstr(machine.uart, "half a line\r\ndrover: PD client"), machine.uart);
}

static void the_boot_tells_who_is_granted_what(void **state)
{
    (void)state;
    example_boot_running(state);
    assert_non_null(strstr(machine.uart, "PD parent, priority 150, may call the firmware"));
    assert_non_null(strstr(machine.uart, "interrupt 40, edge, by channel 3"));
    assert_non_null(strstr(machine.uart, "0xba0000..0xbaffff at PA 0x60000000 rw- heap"));
    assert_non_null(strstr(machine.uart, "0x9000000..0x9000fff at PA 0x9000000 rw- device uart"));
    assert_null(strstr(machine.uart, " image\r\n")); /* the tool's own doing, no grant */
    assert_non_null(strstr(machine.uart, "VM guest, priority 20, 2 vCPU(s)"));
    assert_non_null(strstr(machine.uart, "interrupt 64, level, straight to vCPU"));
}

static void fp_registers_follow_their_owner(void **state)
{
    (void)state;
    example_boot(state);
    example_wake(CLIENT);
    system_exception((uint64_t)ESR_EC_FP << 26);
    machine.fpu.v[0] = 77;
    example_wake(SERVER);
    assert_int_not_equal(fake_sysregs.cptr_el2 & CPTR_TFP, 0);
    system_exception((uint64_t)ESR_EC_FP << 26);
    assert_int_equal(machine.fpu.v[0], 0);
    assert_int_equal(fake_sysregs.cptr_el2 & CPTR_TFP, 0);
    pd_wait(SERVER);
    assert_int_not_equal(fake_sysregs.cptr_el2 & CPTR_TFP, 0);
    system_exception((uint64_t)ESR_EC_FP << 26);
    assert_int_equal(machine.fpu.v[0], 77);
}

static void random_plays_break_nothing(void **state)
{
    static uint8_t data[PLAY_SIZE];
    uint32_t random = 1;

    (void)state;
    for (unsigned i = 0; i < PLAY_COUNT; i++) {
        for (unsigned j = 0; j < PLAY_SIZE; j++) {
            random = random * 1664525 + 1013904223;
            data[j] = (uint8_t)(random >> 24);
        }
        play(data, sizeof data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smc_needs_the_right),
        cmocka_unit_test(smc_goes_through_the_message_page),
        cmocka_unit_test(debug_put_prints_the_text_once),
        cmocka_unit_test(debug_put_stays_within_the_text),
        cmocka_unit_test(a_fault_prints_the_unfinished_line_first),
        cmocka_unit_test(the_boot_tells_who_is_granted_what),
        cmocka_unit_test(fp_registers_follow_their_owner),
        cmocka_unit_test(random_plays_break_nothing),
    };
    return cmocka_run_group_tests_name("kernel: system calls", tests, NULL, NULL);
}
