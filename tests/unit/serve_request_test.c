/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading who serves and who uses: what is wrong is said by file, key, value and what is expected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "diag_capture.h"
#include "serve_build.h"

/* A server of block and network, and a client with the keys `more`. */
#define VMS(more)                                                                                  \
    "{\"console\": {\"device\": \"/u\"}, \"vms\": [{\"name\": \"s\", \"give\": [\"/d\"],"          \
    " \"console\": true, \"serves\": {\"block\": {}, \"network\": {}}},"                           \
    " {\"name\": \"c\", \"uses\": {\"block\": {\"from\": \"s\", \"partition\": 1},"                \
    " \"network\": {\"from\": \"s\"}}}" more "]"
#define PROGRAM(keys) VMS("") ", \"programs\": [{\"name\": \"p\", \"program\": \"p.elf\"" keys "}]}"

static void keys_are_read(void **state)
{
    (void)state;
    serve_build_request(SERVE_BOARD_TEXT, SERVE_SYSTEM_TEXT);
    const struct vm_request *storage = &built_request.vms[0], *client = &built_request.vms[1];
    assert_string_equal(built_request.console, "/serial@9000000");
    assert_true(storage->serves[SERVICE_BLOCK] && storage->serves[SERVICE_NET]);
    assert_true(storage->uses.console);
    assert_false(client->serves[SERVICE_BLOCK]);
    assert_true(client->uses.console);
    assert_int_equal(client->give.count, 0);
    assert_int_equal(client->uses.services[SERVICE_BLOCK].server, 0);
    assert_int_equal(client->uses.services[SERVICE_BLOCK].partition, 1);
    static const uint8_t mac[] = {2, 0, 0, 0, 0, 7};
    assert_memory_equal(client->uses.services[SERVICE_NET].mac, mac, 6);
    assert_int_equal(built_request.program_count, 2);
    const struct program_request *reader = &built_request.programs[0];
    assert_string_equal(reader->name, "reader");
    assert_string_equal(reader->path, "client.elf");
    assert_string_equal(reader->restarts, "storage");
    assert_int_equal(reader->restarted, 0);
    assert_false(reader->has_priority);
    assert_true(built_request.programs[1].has_priority);
    assert_int_equal(built_request.programs[1].priority, 7);
    /* Addresses that nobody chose: local, of one interface, one each. */
    const uint8_t *made = reader->uses.services[SERVICE_NET].mac;
    assert_int_equal(made[0] & 3, 2);
    assert_memory_not_equal(made, built_request.programs[1].uses.services[SERVICE_NET].mac, 6);
}

static void wrong_values_are_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"{\"console\": 1, \"vms\": []}",
         "\"console\" is 1; {\"device\": NODE}, with the UART that is to be shared, is expected"},
        {"{\"console\": {\"device\": \"/u\", \"baud\": 9600}, \"vms\": []}",
         "\"console\" is {\"device\":\"/u\",\"baud\":9600}; {\"device\": NODE}"},
        {"{\"vms\": [{\"name\": \"a\", \"console\": \"yes\"}]}",
         "VM \"a\": \"console\" is \"yes\"; true or false is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"entropy\": 1}]}",
         "VM \"a\": \"entropy\" is 1; true or false is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"priority\": 255}]}",
         "VM \"a\": \"priority\" is 255; a number from 0 to 254 is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"priority\": -1}]}",
         "VM \"a\": \"priority\" is -1; a number from 0 to 254 is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"priority\": \"high\"}]}",
         "VM \"a\": \"priority\" is \"high\"; a number from 0 to 254 is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"serves\": [\"block\"]}]}",
         "VM \"a\": \"serves\" is [\"block\"]; an object, such as {\"block\": {}}, is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"serves\": {\"sound\": {}}}]}",
         "VM \"a\": unknown key \"sound\" of \"serves\"; known are block and network"},
        {"{\"vms\": [{\"name\": \"a\", \"serves\": {\"block\": {\"disk\": 1}}}]}",
         "VM \"a\": \"block\" is {\"disk\":1}; {} is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": \"block\"}]}",
         "VM \"a\": \"uses\" is \"block\"; an object"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"sound\": {}}}]}",
         "VM \"a\": unknown key \"sound\" of \"uses\"; known are block and network"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"block\": {\"from\": \"b\"}}}]}",
         "VM \"a\": \"block\" is {\"from\":\"b\"}; {\"from\": VM, \"partition\": NUMBER} is "
         "expected"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"block\": {\"from\": \"b\", \"partition\": 0}}}"
         "]}",
         "VM \"a\": \"partition\" is 0; a number from 1 to 128 is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"block\": {\"from\": \"b\", \"partition\": "
         "\"first\"}}}]}",
         "VM \"a\": \"partition\" is \"first\"; a number from 1, or \"all\" for the whole disk, is "
         "expected"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"block\": {\"from\": \"b\", \"partition\": 1,"
         " \"mac\": 1}}}]}",
         "VM \"a\": unknown key \"mac\" of \"block\"; known are from and partition"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"network\": {\"from\": 1}}}]}",
         "VM \"a\": \"network\" is {\"from\":1}; {\"from\": VM} is expected"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"network\": {\"from\": \"b\", \"mac\": "
         "\"01:00:00:00:00:01\"}}}]}",
         "VM \"a\": \"mac\" is \"01:00:00:00:00:01\"; the address of one interface"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"network\": {\"from\": \"b\", \"mac\": "
         "\"02:00:00:00:00:0\"}}}]}",
         "the address of one interface"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"network\": {\"from\": \"b\", \"mac\": "
         "\"02:00:00:00:00:001\"}}}]}",
         "the address of one interface"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"network\": {\"from\": \"b\", \"mac\": "
         "\"02-00-00-00-00-01\"}}}]}",
         "the address of one interface"},
        {"{\"vms\": [{\"name\": \"a\", \"uses\": {\"network\": {\"from\": \"b\", \"mac\": "
         "\"g2:00:00:00:00:01\"}}}]}",
         "the address of one interface"},
        {"{\"vms\": [], \"programs\": {}}", "\"programs\" is {}; a list is expected"},
        {"{\"vms\": [], \"programs\": [{\"name\": \"p\"}]}",
         "a list of objects, each with a \"name\" and a \"program\", is expected"},
        {"{\"vms\": [], \"programs\": [{\"name\": \"p/q\", \"program\": \"p.elf\"}]}",
         "\"name\" is \"p/q\"; a name of letters, digits"},
        {PROGRAM(", \"give\": []"),
         "program \"p\": unknown key \"give\"; known are name, program, priority, console, "
         "restarts and uses"},
        {PROGRAM(", \"restarts\": true"),
         "program \"p\": \"restarts\" is true; the name of a VM is expected"},
        {PROGRAM(", \"console\": 0"), "program \"p\": \"console\" is 0; true or false"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        serve_build_wrong(wrong[i].text, wrong[i].message);
    }
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {PROGRAM(", \"uses\": {\"network\": {\"from\": \"nobody\"}}"),
         "program \"p\": its network is to come from \"nobody\", and there is no VM of this name"},
        {PROGRAM(", \"uses\": {\"network\": {\"from\": \"c\"}}"),
         "program \"p\": its network is to come from VM \"c\", which does not serve it; "
         "\"serves\": {\"network\": {}} there makes it"},
        {"{\"vms\": [{\"name\": \"a\", \"serves\": {\"network\": {}}, \"uses\": {\"network\": "
         "{\"from\": \"a\"}}}]}",
         "VM \"a\": it uses the network that it serves itself"},
        {"{\"vms\": [{\"name\": \"a\", \"serves\": {\"network\": {}}, \"uses\": {\"block\": "
         "{\"from\": \"b\", \"partition\": 1}}},"
         " {\"name\": \"b\", \"serves\": {\"block\": {}}, \"uses\": {\"network\": {\"from\": "
         "\"a\"}}}]}",
         "VM \"a\": what it uses comes from VMs that use what it serves"},
        {PROGRAM(", \"uses\": {\"block\": {\"from\": \"s\", \"partition\": 1}}"),
         "VM \"c\" and program \"p\" would have the same blocks of the disk that VM \"s\" serves"},
        {PROGRAM(", \"uses\": {\"block\": {\"from\": \"s\", \"partition\": \"all\"}}"),
         "VM \"c\" and program \"p\" would have the same blocks of the disk that VM \"s\" serves"},
        {VMS(", {\"name\": \"d\", \"uses\": {\"network\": {\"from\": \"s\", \"mac\": "
             "\"02:44:56:00:00:02\"}}}") "}",
         "VM \"c\" and VM \"d\" would have one MAC address on the network of VM \"s\""},
        {"{\"vms\": [{\"name\": \"a\", \"give\": [\"/d\"], \"serves\": {\"block\": {}}}]}",
         "VM \"a\": it serves its disk, and nobody uses it"},
        {"{\"vms\": [{\"name\": \"a\", \"console\": true}]}",
         "VM \"a\": it is to have a console, and there is none; \"console\": {\"device\": NODE} "
         "beside \"vms\""},
        {"{\"console\": {\"device\": \"/u\"}, \"vms\": [{\"name\": \"a\", \"give\": [\"/d\"]}]}",
         "the UART \"/u\" is to be shared, and nobody has \"console\": true"},
        {"{\"vms\": [{\"name\": \"a\"}]}", "VM \"a\" is given nothing"},
        {"{\"vms\": [{\"name\": \"a\", \"entropy\": false}]}", "VM \"a\" is given nothing"},
        {PROGRAM(", \"restarts\": \"x\""),
         "program \"p\": it is to restart \"x\", and there is no VM of this name"},
        {PROGRAM(", \"restarts\": \"s\"}, {\"name\": \"q\", \"program\": \"q.elf\", "
                 "\"restarts\": \"s\""),
         "program \"q\": program \"p\" restarts VM \"s\" already; a VM has one that does"},
        {PROGRAM("}, {\"name\": \"p\", \"program\": \"q.elf\""),
         "program \"p\": there is a program of this name"},
        {PROGRAM("}, {\"name\": \"c\", \"program\": \"q.elf\""),
         "program \"c\": there is a VM of this name"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        serve_build_wrong(wrong[i].text, wrong[i].message);
    }
}

/* More programs than there is room for are refused, and not only when they are linked. */
static void programs_are_counted(void **state)
{
    static char text[8192] = "{\"vms\": [], \"programs\": [";
    (void)state;
    for (int i = 0; i <= COMPOSE_PROGRAM_MAX; i++) {
        char program[64];
        snprintf(program, sizeof(program), "%s{\"name\": \"p%d\", \"program\": \"p.elf\"}",
                 i == 0 ? "" : ", ", i);
        strcat(text, program);
    }
    strcat(text, "]}");
    serve_build_wrong(text, "\"programs\": more than 32");
}

#define TEST(name) cmocka_unit_test_teardown(name, serve_build_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_are_read),
        TEST(wrong_values_are_refused),
        TEST(what_makes_no_sense_is_refused),
        TEST(programs_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
