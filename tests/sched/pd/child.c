/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A child that does one wrong thing after the other, and tells how it came out of each. Started
 * anew after the last, it does what every program may do to its caches and counters.
 */
#include <microkit.h>

#define UNKNOWN_CALL 0x1234
#define WRONG_VA     0xbad000

static unsigned start_count;
static uint8_t line[128] __attribute__((aligned(128)));

static void say(const char *what, uint64_t value)
{
    microkit_dbg_puts("child: ");
    microkit_dbg_puts(what);
    microkit_dbg_puts(" ");
    microkit_dbg_put32((uint32_t)value);
    microkit_dbg_puts("\n");
}

static void do_wrong(void)
{
    register uint64_t x0 __asm__("x0") = 1;
    register uint64_t x7 __asm__("x7") = 7;

    __asm__ volatile("svc %[number]"
                     : "+r"(x0)
                     : [number] "i"(UNKNOWN_CALL), "r"(x7)
                     : "x1", "x2", "x3", "x4", "x5", "x6", "memory");
    say("after the unknown system call", x0);
    __asm__ volatile("udf #0" : : : "memory");
    say("after the undefined instruction", 0);
    __asm__ volatile("mrs x0, cntp_ctl_el0" : : : "x0");
    say("after the timer of another", 0);
    *(volatile uint8_t *)WRONG_VA = 1;
    say("after the abort, which is wrong", 0);
}

/* Zeroes a block, cleans it, and reads it and the counters. */
static void do_right(void)
{
    uint64_t cache_type;
    uint64_t physical;
    uint64_t frequency;

    line[0] = 1;
    __asm__ volatile("dc zva, %0\n\tdc cvac, %0\n\tdc cvau, %0\n\tdc civac, %0\n\tdsb sy\n\t"
                     "ic ivau, %0\n\tisb"
                     :
                     : "r"(line)
                     : "memory");
    __asm__ volatile("mrs %0, ctr_el0" : "=r"(cache_type));
    __asm__ volatile("mrs %0, cntpct_el0" : "=r"(physical));
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    say("line", line[0]);
    say("counters", cache_type != 0 && physical != 0);
    say("frequency", frequency);
}

void init(void)
{
    if (start_count++ == 0) {
        do_wrong();
    } else {
        do_right();
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
    say("notified", 0);
}
