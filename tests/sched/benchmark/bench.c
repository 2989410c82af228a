/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks a benchmark kernel who used the core's cycles, while its child works and everybody sleeps
 * afterwards; and counts cycles itself. Prints on the UART, since such a kernel has no console.
 */
#include <microkit.h>
#include <sel4/benchmark_utilisation_types.h>

#define CHILD       1
#define FROM_CHILD  0
#define FROM_TIMER  1
#define SLEEP_TICKS 62500 /* 1 ms */
#define WORK        100000

uintptr_t uart_vaddr;

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        *(volatile uint32_t *)uart_vaddr = (uint8_t)*text; /* PL011 DR; QEMU's never fills up */
    }
}

static void put_number(const char *name, uint64_t value)
{
    char digits[24] = {0};
    unsigned at = sizeof digits - 1;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put(name);
    put(" ");
    put(&digits[at]);
    put("\n");
}

static uint64_t cycles_read(void)
{
    uint64_t value;
    __asm__ volatile("isb\n\tmrs %0, pmccntr_el0" : "=r"(value));
    return value;
}

static void work_measure(void)
{
    uint64_t start = cycles_read();

    for (unsigned i = 0; i < WORK; i++) {
        __asm__ volatile("nop");
    }
    put_number("bench own", cycles_read() - start);
}

void init(void)
{
    work_measure();
    put_number("bench wrong", DROVER_SYSCALL(SYS_BENCHMARK, BENCHMARK_RESET_PD, CHILD + 1, 0).x0);
    seL4_BenchmarkResetThreadUtilisation(TCB_CAP);
    seL4_BenchmarkResetThreadUtilisation(BASE_TCB_CAP + CHILD);
    put_number("bench reset", seL4_BenchmarkResetLog());
}

static void usage_print(void)
{
    const seL4_Word *words = seL4_GetIPCBuffer()->msg;

    seL4_BenchmarkGetThreadUtilisation(BASE_TCB_CAP + CHILD);
    put_number("bench child", words[BENCHMARK_TCB_UTILISATION]);
    put_number("bench schedules", words[BENCHMARK_TCB_NUMBER_SCHEDULES]);
    put_number("bench idle", words[BENCHMARK_IDLE_LOCALCPU_UTILISATION]);
    put_number("bench total", words[BENCHMARK_TOTAL_UTILISATION]);
    put_number("bench kernel", words[BENCHMARK_TOTAL_KERNEL_UTILISATION]);
    put_number("bench entries", words[BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES]);
    seL4_BenchmarkGetThreadUtilisation(TCB_CAP);
    put_number("bench self", words[BENCHMARK_TCB_UTILISATION]);
    put("bench end\n");
}

/* The child is done: everybody sleeps for a while, and then the account is drawn up. */
void notified(microkit_channel ch)
{
    if (ch == FROM_CHILD) {
        uint64_t now;
        __asm__ volatile("mrs %0, cntpct_el0" : "=r"(now));
        __asm__ volatile("msr cntp_cval_el0, %0" : : "r"(now + SLEEP_TICKS));
        __asm__ volatile("msr cntp_ctl_el0, %0" : : "r"(1ul));
    } else {
        __asm__ volatile("msr cntp_ctl_el0, xzr");
        microkit_irq_ack(FROM_TIMER);
        usage_print();
    }
}
