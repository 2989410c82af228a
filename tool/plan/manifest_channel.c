/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Channels in the manifest: each twice, as its two ends see it.
 */
#include "manifest_array.h"

#include <stdlib.h>

size_t manifest_channel_count(const struct plan *plan)
{
    return plan->system->channel_count * 2;
}

static int channel_compare(const void *left, const void *right)
{
    const struct manifest_channel *a = left;
    const struct manifest_channel *b = right;
    if (a->pd != b->pd) {
        return a->pd < b->pd ? -1 : 1;
    }
    return (a->channel > b->channel) - (a->channel < b->channel);
}

void manifest_channel_write(const struct plan *plan, struct manifest_channel *out)
{
    size_t count = manifest_channel_count(plan);
    for (size_t i = 0; i < count; i++) {
        const struct channel_end *end = &plan->system->channels[i / 2].ends[i % 2];
        const struct channel_end *peer = &plan->system->channels[i / 2].ends[1 - i % 2];
        out[i] = (struct manifest_channel){
            .pd = (uint32_t)end->pd,
            .channel = end->id,
            .peer_pd = (uint32_t)peer->pd,
            .peer_channel = peer->id,
            .notify = end->notify,
            .call = end->pp,
        };
    }
    qsort(out, count, sizeof(*out), channel_compare);
}
