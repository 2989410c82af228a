/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the report says of a system that has some of everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "diag_capture.h"
#include "file.h"
#include "plan_build.h"
#include "report.h"

static const char rich[] =
    "<memory_region name='shared' size='0x3000'/>"
    "<memory_region name='uart' size='0x1000' phys_addr='0x9000000'/>"
    "<domains><domain name='devices' id='3'/><domain name='rest'/><domain_schedule>"
    "<schedule_entry domain='devices' duration='250 us'/>"
    "<schedule_entry domain='rest' duration='77 ticks'/></domain_schedule></domains>"
    "<protection_domain name='driver' priority='9' budget='100' period='400' passive='true' "
    "smc='true' domain='devices'><program_image path='a.elf'/>"
    "<map mr='shared' vaddr='0x1000000' perms='r'/><map mr='uart' vaddr='0x2000000' "
    "cached='false'/>"
    "<irq irq='33' id='5' trigger='edge'/>"
    "<cspace><cap_tcb slot='7' pd='child'/><cap_sc slot='8' pd='driver'/></cspace>"
    "</protection_domain>"
    "<protection_domain name='vmm' domain='rest'><program_image path='a.elf'/>"
    "<map mr='shared' vaddr='0x1000000'/>"
    "<virtual_machine name='guest' priority='2' budget='50' period='60'><vcpu id='0'/>"
    "<map mr='shared' vaddr='0x40000000'/><irq irq='40'/></virtual_machine>"
    "<protection_domain name='child' id='1' fpu='false' domain='rest'>"
    "<program_image path='a.elf'/></protection_domain></protection_domain>"
    "<channel><end pd='vmm' id='2' pp='true'/><end pd='driver' id='4' notify='false'/></channel>";

/* Each stands in the report, in this order. */
static const char *const expected[] = {
    "Image for board test, debug\n",
    "Protection domain \"driver\": a.elf\n"
    "    priority 9, budget 100 us in 400 us, passive, may make SMC calls\n"
    "    in domain \"devices\"\n"
    "    slot 7: registers, stop, resume and restart of \"child\"\n"
    "    slot 8: time of \"driver\"\n",
    "    0x0001000000..0x0001002fff",
    "12 KiB  r--  cached    shared",
    "0x0009000000..0x0009000fff       4 KiB  rw-  device    uart",
    "Protection domain \"vmm\": a.elf\n    priority 0, budget 1000 us in 1000 us\n",
    "Protection domain \"child\": a.elf\n"
    "    priority 0, budget 1000 us in 1000 us, without FP\n"
    "    in domain \"rest\"\n"
    "    child 1 of \"vmm\", which gets its faults\n",
    "Virtual machine \"guest\": VMM \"vmm\", 1 vCPU\n"
    "    priority 2, budget 50 us in 60 us\n",
    "Kernel (EL2)\n",
    "Interrupts\n    INTID         to\n"
    "       33  edge   \"driver\", channel 5\n"
    "       40  level  \"guest\", straight to vCPU 0\n",
    "Channels\n    \"vmm\" 2 (notifies, calls)  <->  \"driver\" 4 (listens)\n",
    "Domain schedule, over and over\n"
    "           250 us  domain \"devices\" (3)\n"
    "            77 ticks  domain \"rest\" (0)\n",
    "Physical memory\n",
    "stack of \"driver\", zeroed at boot\n",
    "Devices\n"
    "    0x0009000000..0x0009000fff       4 KiB  memory_region \"uart\", shares the debug kernel's "
    "console\n",
};

static void everything_is_reported(void **state)
{
    (void)state;
    char path[] = "/tmp/drover-report-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    plan_built(rich);
    assert_true(report_write(plan_current(), path));
    plan_done();
    struct file report;
    assert_true(file_map(&report, path, NULL));
    char *text = strndup((const char *)report.bytes, report.size);
    const char *at = text;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        const char *found = strstr(at, expected[i]);
        if (found == NULL) {
            fail_msg("not there, or not in its place: %s", expected[i]);
        }
        at = found + strlen(expected[i]);
    }
    free(text);
    file_unmap(&report);
    close(descriptor);
    unlink(path);
}

static void unwritable_report_is_an_error(void **state)
{
    (void)state;
    plan_built(PD(""));
    assert_false(report_write(plan_current(), "/nowhere/report.txt"));
    assert_true(diag_captured_error("/nowhere/report.txt"));
    plan_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_reported),
        cmocka_unit_test(unwritable_report_is_an_error),
    };
    return cmocka_run_group_tests(tests, plan_group_set_up, plan_group_tear_down);
}
