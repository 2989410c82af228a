/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs when, measured in QEMU with an instruction a nanosecond: turns among equals, budgets and
 * their return, passive servers, domains; what a parent does with its child, and who used the core.
 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "record.h"

#define SECONDS 60

static struct record a, b, c;

static struct machine *start(const char *system)
{
    char image[128];
    char log[128];
    snprintf(image, sizeof image, BUILD_DIR "/tests/sched/%s.img", system);
    snprintf(log, sizeof log, BUILD_DIR "/tests/log/sched_%s.console", system);
    return machine_boot_virt(image, log, true);
}

/* Runs `system` and reads the records of its programs; `has_c`: there are three. Returns the ticks
 * that were measured, 0 on failure. */
static double measure(const char *system, bool has_c)
{
    struct machine *machine = start(system);
    const char *output = machine_wait(machine, "sched end", SECONDS);
    const char *begin = output != NULL ? strstr(output, "sched begin ") : NULL;
    double ticks = begin != NULL ? strtod(begin + 12, NULL) : 0;

    if (output == NULL) {
        case_fail("%s: %s", system, machine_reason(machine));
    } else if (ticks == 0 || strstr(output, "wrong") != NULL || !record_read(output, "a", &a) ||
               !record_read(output, "b", &b) || (has_c && !record_read(output, "c", &c))) {
        case_fail("%s: the judge's words are not understood", system);
        ticks = 0;
    }
    machine_stop(machine);
    return ticks;
}

/* `value` is `wanted`, give or take `tolerance`. */
static bool is_near(const char *what, double value, double wanted, double tolerance)
{
    if (value >= wanted - tolerance && value <= wanted + tolerance) {
        return true;
    }
    return case_fail("%s is %.4f, not %.4f +- %.4f", what, value, wanted, tolerance);
}

static bool equals_share_by_budget(struct machine *machine)
{
    double ticks = measure("turns", true);

    (void)machine;
    return ticks != 0 && is_near("the share of 1 ms turns", (double)a.total / ticks, 0.25, 0.01) &&
           is_near("the share of 3 ms turns", (double)b.total / ticks, 0.75, 0.01) &&
           is_near("the share of the less urgent", (double)c.total, 0, 0) &&
           is_near("a turn in us", (double)(b.runs[1].end - b.runs[1].start) / TICKS_PER_US, 3000,
                   10);
}

/* Of a budget of 2 ms in 10 ms: what record `a` shows. */
static bool keeps_to_a_fifth(double ticks, double share_tolerance)
{
    double most = (double)record_most(&a, (uint64_t)(10000 * TICKS_PER_US)) / TICKS_PER_US;

    return is_near("the share", (double)a.total / ticks, 0.2, share_tolerance) &&
           is_near("the most in any 10 ms, us", most, 1995, 10) &&
           is_near("the rest", (double)b.total / ticks, 0.8, 0.02);
}

static bool a_budget_is_kept_and_used(struct machine *machine)
{
    double ticks = measure("period", false);

    (void)machine;
    return ticks != 0 && keeps_to_a_fifth(ticks, 0.004);
}

static bool a_budget_comes_back_after_its_period(struct machine *machine)
{
    (void)machine;
    if (measure("period", false) == 0) {
        return false;
    }
    if (a.run_count < 20) {
        return case_fail("only %zu runs", a.run_count);
    }
    for (size_t i = 0; i + 1 < a.run_count; i++) {
        if (!is_near("from run to run, us", (double)record_distance(&a, i) / TICKS_PER_US, 10000,
                     10)) {
            return false;
        }
    }
    return true;
}

static bool passive_servers_use_their_callers_budget(struct machine *machine)
{
    double ticks = measure("passive", false);

    (void)machine;
    return ticks != 0 && keeps_to_a_fifth(ticks, 0.01);
}

static bool domains_run_in_their_slots(struct machine *machine)
{
    double ticks = measure("domains", false);

    (void)machine;
    if (ticks == 0 ||
        !is_near("the share of 3 ms slots", (double)a.total / ticks, 3.0 / 4.5, 0.01) ||
        !is_near("the share of 1 ms slots", (double)b.total / ticks, 1.0 / 4.5, 0.01)) {
        return false;
    }
    for (size_t i = 1; i + 1 < b.run_count; i++) {
        double length = (double)(b.runs[i].end - b.runs[i].start) / TICKS_PER_US;
        double distance = (double)record_distance(&b, i) / TICKS_PER_US;
        if (!is_near("a slot, us", length, 1000, 10) ||
            !is_near("from slot to slot, us", distance, 4500, 10)) {
            return false;
        }
    }
    return true;
}

static bool says_in_order(struct machine *machine, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        if (machine_wait(machine, *texts, SECONDS) == NULL) {
            return case_fail("no \"%s\": %s", *texts, machine_reason(machine));
        }
    }
    return true;
}

/* The unknown call has number 0x1234; the ESR of an undefined instruction is 0x02000000 (Arm ARM
 * DDI 0487, D17.2.37); the abort is at 0xbad000. */
static bool faults_have_the_words_of_the_field(struct machine *machine)
{
    static const char *const texts[] = {
        "parent: fault 2 1 ",
        " 4660\r\n",
        "child: after the unknown system call 42\r\n",
        "parent: fault 3 ",
        " 33554432 0\r\n",
        "child: after the undefined instruction 0\r\n",
        "parent: fault 3 ",
        "child: after the timer of another 0\r\n",
        "parent: fault 6 ",
        " 12242944 0 ",
        NULL,
    };
    static const char *const forbidden[] = {"wrong", "stops", NULL};

    machine_forbid(machine, forbidden);
    return says_in_order(machine, texts);
}

static bool a_child_that_is_started_anew_runs(struct machine *machine)
{
    static const char *const texts[] = {"child: line 0\r\n", "child: counters 1\r\n",
                                        "child: frequency 62500000\r\n", NULL};

    return says_in_order(machine, texts);
}

static bool a_stopped_child_finds_its_notification_later(struct machine *machine)
{
    static const char *const texts[] = {"idler: all wait\r\n",
                                        "parent: the child is stopped\r\n",
                                        "parent: the child goes on\r\n",
                                        "child: notified 0\r\n",
                                        "idler: all wait again\r\n",
                                        "idler: notified\r\n",
                                        NULL};

    return says_in_order(machine, texts);
}

/* What the benchmark program printed after `key`; -1: nothing. */
static double figure(const char *output, const char *key)
{
    char mark[32];
    const char *line;

    snprintf(mark, sizeof mark, "bench %s ", key);
    line = strstr(output, mark);
    return line != NULL ? strtod(line + strlen(mark), NULL) : -1;
}

/* A nop and its loop are three instructions, and QEMU counts a cycle for each. The child is
 * switched to when its parent has begun to wait, and again when that has taken its notification. */
static bool a_benchmark_kernel_knows_who_used_the_core(struct machine *machine)
{
    struct machine *other = start("usage");
    const char *output = machine_wait(other, "bench end", SECONDS);
    bool passed = output != NULL;

    (void)machine;
    if (passed) {
        double child = figure(output, "child");
        double parts = child + figure(output, "self") + figure(output, "idle");
        passed = is_near("own cycles", figure(output, "own"), 300000, 2000) &&
                 is_near("a wrong child", figure(output, "wrong"), 2, 0) &&
                 is_near("a reset", figure(output, "reset"), 0, 0) &&
                 is_near("the child's cycles", child, 600000, 5000) &&
                 is_near("switches to it", figure(output, "schedules"), 2, 0) &&
                 is_near("cycles asleep", figure(output, "idle"), 1000000, 10000) &&
                 is_near("the parts of the whole", parts / figure(output, "total"), 1, 0.01) &&
                 is_near("cycles in the kernel", figure(output, "kernel"), 2000, 1500) &&
                 is_near("entries", figure(output, "entries"), 10, 6);
    } else {
        case_fail("usage: %s", machine_reason(other));
    }
    machine_stop(other);
    return passed;
}

static const struct test_case cases[] = {
    {"equals take turns by their budgets, the less urgent none", equals_share_by_budget},
    {"a budget is used, and never more of it in any period", a_budget_is_kept_and_used},
    {"a budget comes back a period later", a_budget_comes_back_after_its_period},
    {"passive servers use their caller's budget", passive_servers_use_their_callers_budget},
    {"domains run in their slots", domains_run_in_their_slots},
    {"faults have the words of the field, and replies write registers",
     faults_have_the_words_of_the_field},
    {"a child is started anew; programs clean caches and read counters",
     a_child_that_is_started_anew_runs},
    {"a stopped child goes on with its wait", a_stopped_child_finds_its_notification_later},
    {"a benchmark kernel knows who used the core", a_benchmark_kernel_knows_who_used_the_core},
};

int main(void)
{
    struct machine *machine = start("control");
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
