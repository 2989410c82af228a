/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the audit has to know of a board beside struct board: its DMA controllers (SMMUs), which
 * belong to nobody.
 */
#include "audit_board.h"
#include "devtree.h"
#include "diag.h"

static const char *const smmu_names[] = {"arm,smmu-v3", "arm,mmu-500", "arm,smmu-v2",
                                         "arm,smmu-v1", "arm,mmu-401", "arm,mmu-400"};

static bool is_smmu(const struct devtree *devtree, size_t node)
{
    for (size_t i = 0; i < sizeof(smmu_names) / sizeof(smmu_names[0]); i++) {
        if (devnode_is_compatible(devtree, node, smmu_names[i])) {
            return true;
        }
    }
    return false;
}

static bool add_smmu(struct audit_input *input, const struct devtree *devtree, size_t node)
{
    const struct devnode *smmu = &devtree->nodes[node];
    if (smmu->reg_problem != NULL || input->smmu_count == AUDIT_CONTROLLER_MAX) {
        diag_error(&devtree->tree.at, "node %s: %s", smmu->path,
                   smmu->reg_problem != NULL ? smmu->reg_problem
                                             : "more SMMUs than the audit has room for");
        return false;
    }
    if (smmu->reg_count != 0) {
        input->smmus[input->smmu_count++] = smmu->regs[0];
    }
    return true;
}

bool audit_read_smmus(struct audit_input *input, const char *tree_path)
{
    struct file file;
    struct devtree devtree = {0};
    bool sound = file_map(&file, tree_path, NULL) &&
                 devtree_open(&devtree, file.bytes, file.size, tree_path);
    for (size_t i = 1; sound && i < devtree.node_count; i++) {
        sound = !is_smmu(&devtree, i) || add_smmu(input, &devtree, i);
    }
    devtree_close(&devtree);
    file_unmap(&file);
    return sound;
}
