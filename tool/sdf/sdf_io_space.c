/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <io_address_space>. Which board has an SMMU is not the description's affair: the planner refuses
 * the element where there is none (plan_check.c), so no more than its name is kept.
 */
#include "sdf.h"

#include "alloc.h"

void sdf_io_spaces_read(struct sdf *sdf, const xmlNode *root)
{
    struct system *system = sdf->system;
    system->io_spaces = alloc_array(sdf_count(root, "io_address_space"), sizeof(struct io_space));
    for (const xmlNode *node = sdf_first(root, "io_address_space"); node != NULL;
         node = sdf_next(node)) {
        system->io_spaces[system->io_space_count++] = (struct io_space){
            .source = sdf_source(sdf, node),
            .name = sdf_name(sdf, node),
        };
    }
}
