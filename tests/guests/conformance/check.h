/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame of the conformance guest: named checks, each started from the same known state, and a
 * log of the interrupts that arrive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gic.h"

/* One check. `intid` is what the table says, for checks that run on several interrupts. */
struct check {
    const char *name;
    bool (*run)(uint32_t intid);
    uint32_t intid;
};

#define CHECK(name)                                                                                \
    {                                                                                              \
#name, name, 0                                                                             \
    }
#define CHECK_ON(name, number)                                                                     \
    {                                                                                              \
#name, name, number                                                                        \
    }

/* Ends the check as failed, and remembers where, unless `condition` holds. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_failed_line = __LINE__;                                                          \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

extern uint32_t check_failed_line;

/* Runs every check of a table and prints `ok NAME` or `FAIL NAME: line N`. */
void checks_run(const struct check *checks, size_t count);

/* Prints `N passed, N failed`. */
void checks_summarise(void);

#define LOG_MAX 32

/* What the interrupt handler of the checks saw, in order, since log_clear(). */
struct irq_log {
    uint32_t count;
    uint32_t iar[LOG_MAX];
};

extern struct irq_log irq_log;

/* Called by the handler between acknowledging and ending an interrupt; NULL: nothing. */
extern void (*irq_body)(uint32_t intid);

void log_clear(void);

/* Lets interrupts in for a few thousand instructions. Returns how many the log then holds. */
uint32_t window_open(void);

/*
 * Sleeps in WFI until the log holds `count` interrupts. Returns how many it then holds; 0
 * if the timer `backstop` (IRQ_VTIMER or IRQ_PTIMER), set to a late moment, had to end the sleep.
 * An interrupt that becomes pending again by the end of its handling may come as late as the sleep:
 * QEMU's model looks at its physical lines again no sooner.
 */
uint32_t sleep_for(uint32_t count, uint32_t backstop);

/* The tables. */
void distributor_checks(void);
void spi_checks(void);
void device_checks(void);
void sgi_checks(void);
void interface_checks(void);
void timer_checks(void);
void firmware_checks(void);
