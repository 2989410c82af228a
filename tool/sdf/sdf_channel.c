/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <channel> and its two <end>.
 */
#include "sdf.h"

#include "alloc.h"
#include "drover/abi.h"

static struct channel_end end_read(const struct sdf *sdf, const xmlNode *node)
{
    return (struct channel_end){
        .source = sdf_source(sdf, node),
        .pd = sdf_pd_named(sdf, node),
        .id = (uint32_t)sdf_number(sdf, node, "id", 0, 0, CHANNEL_MAX - 1),
        .pp = sdf_flag(sdf, node, "pp", false),
        .notify = sdf_flag(sdf, node, "notify", true),
        .setvar_id = sdf_string(sdf, node, "setvar_id"),
    };
}

void sdf_channels_read(struct sdf *sdf, const xmlNode *root)
{
    struct system *system = sdf->system;
    system->channels = alloc_array(sdf_count(root, "channel"), sizeof(struct channel));
    for (const xmlNode *node = sdf_first(root, "channel"); node != NULL; node = sdf_next(node)) {
        struct channel *channel = &system->channels[system->channel_count++];
        const xmlNode *first = sdf_first(node, "end");
        channel->ends[0] = end_read(sdf, first);
        channel->ends[1] = end_read(sdf, sdf_next(first));
    }
}
