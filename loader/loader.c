/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is left to do to an image that is used in place: check that it is where it was built for,
 * zero and fill the memory that lies outside of it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "drivers/uart.h"

/* start.S calls these in this order; loader_wrong_el() instead of all of them. */
void loader_prepare(const struct loader_info *info, uint64_t image_pa);
void loader_fill(const struct loader_info *info);
_Noreturn void loader_wrong_el(const struct loader_info *info, uint64_t el);

/* start.S knows these offsets by LOADER_INFO_*. */
_Static_assert(offsetof(struct loader_info, image_size) == LOADER_INFO_IMAGE_SIZE, "");
_Static_assert(offsetof(struct loader_info, loader_table_pa) == LOADER_INFO_LOADER_TABLE, "");
_Static_assert(offsetof(struct loader_info, kernel_table_pa) == LOADER_INFO_KERNEL_TABLE, "");
_Static_assert(offsetof(struct loader_info, kernel_entry_va) == LOADER_INFO_KERNEL_ENTRY, "");
_Static_assert(sizeof(struct loader_info) <= 128, "start.S leaves 128 bytes");

#define CACHE_LINE 64 /* of every core that the kernel runs on; checked below */

static void say(const struct loader_info *info, const char *text)
{
    for (; *text != '\0'; text++) {
        uart_put(info->uart_pa, info->uart_type, *text);
    }
}

static void say_hex(const struct loader_info *info, uint64_t value)
{
    say(info, "0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        uart_put(info->uart_pa, info->uart_type, "0123456789abcdef"[value >> shift & 0xf]);
    }
}

static _Noreturn void stop(void)
{
    for (;;) {
        arch_wait_for_interrupt();
    }
}

_Noreturn void loader_wrong_el(const struct loader_info *info, uint64_t el)
{
    uart_enable(info->uart_pa, info->uart_type);
    say(info, "drover: started at EL");
    uart_put(info->uart_pa, info->uart_type, (char)('0' + el));
    say(info, "; needs EL2 (QEMU: -machine virtualization=on; U-Boot: must run at EL2)\r\n");
    stop();
}

/* DCZID_EL0, Arm ARM DDI 0487, D17.2.40: log2 of the words that DC ZVA zeroes; bit 4 forbids it. */
static bool can_zero_lines(void)
{
    return (sysreg_read(dczid_el0) & 0x1f) == 4;
}

void loader_prepare(const struct loader_info *info, uint64_t image_pa)
{
    if (info->magic != LOADER_INFO_MAGIC) {
        stop();
    }
    uart_enable(info->uart_pa, info->uart_type);
    if (image_pa != info->image_pa) {
        say(info, "drover: loaded at ");
        say_hex(info, image_pa);
        say(info, " but built for ");
        say_hex(info, info->image_pa);
        say(info, "; load the image there\r\n");
        stop();
    }
    if (!can_zero_lines()) {
        say(info, "drover: this core's DC ZVA does not zero 64 bytes; it is not supported\r\n");
        stop();
    }
}

#define FOR_EACH_LINE(operation, pa, end)                                                          \
    do {                                                                                           \
        uint64_t line0_ = (pa);                                                                    \
        uint64_t line1_ = (pa) + CACHE_LINE;                                                       \
        uint64_t line2_ = (pa) + 2 * CACHE_LINE;                                                   \
        uint64_t line3_ = (pa) + 3 * CACHE_LINE;                                                   \
        while (line0_ < (end)) {                                                                   \
            __asm__ volatile(operation ", %0\n\t" operation ", %1\n\t" operation                   \
                                       ", %2\n\t" operation ", %3\n\t"                             \
                                       "add %0, %0, #256\n\tadd %1, %1, #256\n\t"                  \
                                       "add %2, %2, #256\n\tadd %3, %3, #256"                      \
                             : "+r"(line0_), "+r"(line1_), "+r"(line2_), "+r"(line3_)              \
                             :                                                                     \
                             : "memory");                                                          \
        }                                                                                          \
    } while (0)

/* Pages are multiples of four lines, so whole ranges are. A guest may look at its memory with
 * caches off: the zeroes go to the point of coherency. */
static void range_zero(const struct loader_range *range)
{
    uint64_t end = range->pa + range->size;

    FOR_EACH_LINE("dc zva", range->pa, end);
    FOR_EACH_LINE("dc civac", range->pa, end);
}

static void range_copy(const struct loader_copy *copy)
{
    const uint64_t *source = (const uint64_t *)copy->source_pa;
    uint64_t *target = (uint64_t *)copy->target_pa;
    uint64_t end = copy->target_pa + copy->size;

    for (uint64_t i = 0; i < copy->size / sizeof(uint64_t); i++) {
        target[i] = source[i];
    }
    for (uint64_t i = copy->size & ~7ul; i < copy->size; i++) {
        ((uint8_t *)copy->target_pa)[i] = ((const uint8_t *)copy->source_pa)[i];
    }
    FOR_EACH_LINE("dc civac", copy->target_pa, end);
}

void loader_fill(const struct loader_info *info)
{
    const struct loader_range *zeroes = (const struct loader_range *)info->zero_pa;
    const struct loader_copy *copies = (const struct loader_copy *)info->copy_pa;

    for (uint32_t i = 0; i < info->zero_count; i++) {
        range_zero(&zeroes[i]);
    }
    for (uint32_t i = 0; i < info->copy_count; i++) {
        range_copy(&copies[i]);
    }
    __asm__ volatile("dsb sy\n\tic iallu\n\tdsb nsh\n\tisb" : : : "memory");
}
