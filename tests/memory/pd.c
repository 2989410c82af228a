/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Tries libmicrokit's memcpy, memmove, memset and memcmp at every alignment and every length up to
 * some blocks, at the beginning and at the end of a page: what they may not touch is watched or not
 * mapped. Expectations are worked out byte by byte.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microkit.h>

#define PAGE       0x1000u
#define LENGTH_MAX 300u
#define WINDOW     352u /* the part of a page that is looked at */

uintptr_t from_vaddr, to_vaddr;

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

static volatile uint8_t *from, *to;

static uint8_t pattern(unsigned place)
{
    return (uint8_t)(place * 89 + (place >> 8) * 3 + 7);
}

static void wipe(unsigned window)
{
    for (unsigned i = window; i < window + WINDOW; i++) {
        from[i] = pattern(i);
        to[i] = 0xa5;
    }
}

/* Whether the window has `length` bytes at `place` that are right, and 0xa5 around. */
static bool is_right(unsigned window, unsigned place, unsigned length, unsigned source, int byte)
{
    for (unsigned i = window; i < window + WINDOW; i++) {
        uint8_t expected = 0xa5;
        if (i - place < length) {
            expected = byte >= 0 ? (uint8_t)byte : pattern(source + (i - place));
        }
        if (to[i] != expected) {
            return false;
        }
    }
    return true;
}

static unsigned wrong_count, done_count;

static void check(const char *what, bool right)
{
    done_count++;
    if (!right && wrong_count++ < 10) {
        microkit_dbg_puts("memory: wrong: ");
        microkit_dbg_puts(what);
        microkit_dbg_puts("\n");
    }
}

static void copy(unsigned window, unsigned place, unsigned source, unsigned length)
{
    wipe(window);
    void *result = memcpy((void *)&to[place], (const void *)&from[source], length);
    check("memcpy", result == &to[place] && is_right(window, place, length, source, -1));
    wipe(window);
    result = memset((void *)&to[place], 0x300 + (int)source, length);
    check("memset", result == &to[place] &&
                        is_right(window, place, length, 0, (uint8_t)(0x300 + (int)source)));
}

/* Over itself, up and down. */
static void move(unsigned place, unsigned source, unsigned length)
{
    wipe(0);
    memmove((void *)&from[place], (const void *)&from[source], length);
    bool right = true;
    for (unsigned i = 0; i < WINDOW; i++) {
        right &= from[i] == pattern(i - place < length ? source + (i - place) : i);
    }
    check("memmove", right);
}

static void compare(unsigned length)
{
    wipe(0);
    memcpy((void *)&to[1], (const void *)from, length);
    check("memcmp", memcmp((const void *)&to[1], (const void *)from, length) == 0);
    for (unsigned i = 0; i < length; i++) {
        to[1 + i]++;
        int order = memcmp((const void *)&to[1], (const void *)from, length);
        check("memcmp", to[1 + i] > from[i] ? order > 0 : order < 0);
        to[1 + i]--;
    }
}

void init(void)
{
    from = (volatile uint8_t *)from_vaddr;
    to = (volatile uint8_t *)to_vaddr;
    for (unsigned length = 0; length <= LENGTH_MAX; length++) {
        for (unsigned place = 8; place < 16; place++) {
            for (unsigned source = 16; source < 24; source++) {
                copy(0, place, source, length);
            }
        }
        for (unsigned source = 0; source < 9; source++) { /* to the last byte of both pages */
            copy(PAGE - WINDOW, PAGE - length - source, PAGE - length, length);
            copy(PAGE - WINDOW, PAGE - length, PAGE - length - source, length);
        }
        if (length < 150) {
            for (unsigned shift = 0; shift < 20; shift++) {
                move(30 + shift, 30, length);
                move(30, 30 + shift, length);
            }
        }
        compare(length);
    }
    microkit_dbg_puts(wrong_count == 0 ? "memory: right, after " : "memory: wrong, after ");
    microkit_dbg_put32(done_count);
    microkit_dbg_puts(" tries\n");
}

void notified(microkit_channel channel)
{
    (void)channel;
}
