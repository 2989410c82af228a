/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <cspace>: the rights to other PDs that a PD holds in numbered slots.
 */
#include "sdf.h"

#include "alloc.h"
#include "drover/abi.h"

static void capabilities_read(const struct sdf *sdf, const xmlNode *cspace, const char *element,
                              enum capability_kind kind, struct pd *pd)
{
    for (const xmlNode *node = sdf_first(cspace, element); node != NULL; node = sdf_next(node)) {
        pd->capabilities[pd->capability_count++] = (struct capability){
            .source = sdf_source(sdf, node),
            .kind = kind,
            .slot = (uint32_t)sdf_number(sdf, node, "slot", 0, 0, SLOT_MAX - 1),
            .pd = sdf_pd_named(sdf, node),
        };
    }
}

static void cspace_read(const struct sdf *sdf, const xmlNode *cspace, struct pd *pd)
{
    size_t count = sdf_count(cspace, "cap_tcb") + sdf_count(cspace, "cap_sc") +
                   sdf_count(cspace, "cap_vspace");
    pd->capabilities = alloc_array(count, sizeof(struct capability));
    capabilities_read(sdf, cspace, "cap_tcb", CAPABILITY_TCB, pd);
    capabilities_read(sdf, cspace, "cap_sc", CAPABILITY_SC, pd);
    capabilities_read(sdf, cspace, "cap_vspace", CAPABILITY_VSPACE, pd);
}

/* Goes through the PDs inside `parent` in the order of sdf_pds_read(); `*index` is the next one's.
 */
static void read_inside(struct sdf *sdf, const xmlNode *parent, size_t *index)
{
    for (const xmlNode *node = sdf_first(parent, "protection_domain"); node != NULL;
         node = sdf_next(node)) {
        struct pd *pd = &sdf->system->pds[(*index)++];
        const xmlNode *cspace = sdf_first(node, "cspace");
        if (cspace != NULL) {
            cspace_read(sdf, cspace, pd);
        }
        read_inside(sdf, node, index);
    }
}

void sdf_cspaces_read(struct sdf *sdf, const xmlNode *root)
{
    size_t index = 0;
    read_inside(sdf, root, &index);
}
