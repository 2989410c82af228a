/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the audit has to know of a board beside struct board: its DMA controllers (SMMUs), which
 * belong to nobody.
 */
#include <libfdt.h>

#include "audit_board.h"
#include "tree.h"

static const char *const smmu_names[] = {"arm,smmu-v3", "arm,mmu-500", "arm,smmu-v2",
                                         "arm,smmu-v1", "arm,mmu-401", "arm,mmu-400"};

static bool is_smmu(const struct tree *tree, int node)
{
    for (size_t i = 0; i < sizeof(smmu_names) / sizeof(smmu_names[0]); i++) {
        if (fdt_node_check_compatible(tree->fdt, node, smmu_names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool audit_read_smmus(struct audit_input *input, const char *tree_path)
{
    struct file file;
    struct tree tree;
    bool sound =
        file_map(&file, tree_path, NULL) && tree_open(&tree, file.bytes, file.size, tree_path);
    for (int node = sound ? fdt_next_node(tree.fdt, -1, NULL) : -1; sound && node >= 0;
         node = fdt_next_node(tree.fdt, node, NULL)) {
        if (!is_smmu(&tree, node)) {
            continue;
        }
        if (input->smmu_count == AUDIT_CONTROLLER_MAX) {
            tree_bad(&tree, node, "more SMMUs than the audit has room for");
            sound = false;
        } else {
            sound = tree_reg(&tree, node, 0, &input->smmus[input->smmu_count++]) != LOOKUP_BAD;
        }
    }
    file_unmap(&file);
    return sound;
}
