/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The only program of the Linux that `make bench` boots: says at which counter reading it was
 * started and switches the machine off. No libc: it must not cost anything itself.
 */
#include <stddef.h>
#include <stdint.h>

/* System calls of Linux on arm64 (include/uapi/asm-generic/unistd.h) and their arguments. */
#define SYSTEM_WRITE     64
#define SYSTEM_REBOOT    142
#define STDOUT           1
#define REBOOT_MAGIC1    0xfee1dead
#define REBOOT_MAGIC2    0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

void _start(void);

static int64_t system_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    register uint64_t x8 __asm__("x8") = number;
    register uint64_t x0 __asm__("x0") = a;
    register uint64_t x1 __asm__("x1") = b;
    register uint64_t x2 __asm__("x2") = c;
    register uint64_t x3 __asm__("x3") = d;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return (int64_t)x0;
}

void _start(void)
{
    uint64_t counter;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(counter));

    static char line[] = "bench init_counter                     \n";
    size_t at = sizeof line - 2;
    do {
        line[--at] = (char)('0' + counter % 10);
        counter /= 10;
    } while (counter);
    system_call(SYSTEM_WRITE, STDOUT, (uintptr_t)line, sizeof line - 1, 0);
    system_call(SYSTEM_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
}
