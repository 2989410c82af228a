/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory in which data lies on its way between client and agent: a map of its 4 KiB pages, a
 * bit for each. What is taken on end stands in one word of the map, and so in one page of the
 * guest's.
 */
#include <libvmm/guest_ram.h>

#include "block_state.h"

#define WORD_BITS      64
#define WORDS_PER_PAGE (AGENT_PAGE_SIZE / BLK_TRANSFER_SIZE / WORD_BITS)
#define FIRST_DATA     (AGENT_DATA_OFFSET / BLK_TRANSFER_SIZE)
_Static_assert(FIRST_DATA < WORD_BITS, "the rings' pages are bits of the first word");

/* The VA of the pool's page at `gpa`, NULL unless it is a page of RAM that the guest may write. */
static void *page_find(uint64_t gpa)
{
    struct guest_ram_region region;
    if (gpa % AGENT_PAGE_SIZE != 0 || !guest_ram_region_find(gpa, &region) ||
        region.size - (gpa - region.gpa_start) < AGENT_PAGE_SIZE) {
        return NULL;
    }
    return (uint8_t *)region.vmm_vaddr + (gpa - region.gpa_start);
}

bool block_pool_open(struct block_server_pool *pool, const struct agent_hello *hello)
{
    if (hello->page_count == 0 || hello->page_count > AGENT_PAGE_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < hello->page_count; i++) {
        pool->page_va[i] = page_find(hello->page_gpa[i]);
        if (pool->page_va[i] == NULL) {
            return false;
        }
    }
    pool->word_count = hello->page_count * WORDS_PER_PAGE;
    pool->next_word = 0;
    for (uint32_t i = 0; i < pool->word_count; i++) {
        pool->used[i] = 0;
    }
    pool->used[0] = (1ull << FIRST_DATA) - 1;
    return true;
}

/* The lowest bit of `free` at which `count` set bits on end begin, as a mask; 0: there are not as
 * many. */
static uint64_t run_find(uint64_t free, uint32_t count)
{
    /* After each step a bit is set where `have` set bits begin. */
    for (uint32_t have = 1; have < count && free != 0;) {
        uint32_t more = count - have < have ? count - have : have;
        free &= free >> more;
        have += more;
    }
    return free & -free;
}

static uint64_t run_mask(uint64_t lowest, uint32_t count)
{
    return count == WORD_BITS ? UINT64_MAX : lowest * ((1ull << count) - 1);
}

bool block_pool_take(struct block_server_pool *pool, uint32_t count, uint32_t *page)
{
    for (uint32_t i = 0; i < pool->word_count; i++) {
        uint32_t word = pool->next_word + i;
        word -= word >= pool->word_count ? pool->word_count : 0;
        uint64_t lowest = run_find(~pool->used[word], count);
        if (lowest != 0) {
            pool->used[word] |= run_mask(lowest, count);
            pool->next_word = word;
            *page = word * WORD_BITS + (uint32_t)__builtin_ctzll(lowest);
            return true;
        }
    }
    return false;
}

void block_pool_give_back(struct block_server_pool *pool, uint32_t page, uint32_t count)
{
    pool->used[page / WORD_BITS] &= ~run_mask(1ull << page % WORD_BITS, count);
}

void *block_pool_at(const struct block_server_pool *pool, uint32_t offset)
{
    return pool->page_va[offset / AGENT_PAGE_SIZE] + offset % AGENT_PAGE_SIZE;
}
