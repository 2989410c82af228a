/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The audit, step by step.
 */
#include "audit.h"

#include <stdlib.h>

/* Rules that hold for every image. */
static bool check_image(struct audit *audit)
{
    if (!audit_check_programs(audit)) {
        return false;
    }
    audit_check_header(audit);
    audit_check_threads(audit);
    audit_check_routes(audit);
    audit_check_spaces(audit);
    audit_check_grants(audit);
    audit_check_kernel(audit);
    audit_check_loader(audit);
    audit_check_vm_info(audit);
    return true;
}

bool audit_run(struct audit *audit, const struct audit_input *input)
{
    *audit = (struct audit){.input = input};
    if (!audit_read_image(audit) || !audit_read_manifest(audit) || !check_image(audit)) {
        return false;
    }
    if (input->system != NULL && !audit_check_system(audit)) {
        return false;
    }
    audit_check_memory(audit);
    return true;
}

void audit_free(struct audit *audit)
{
    findings_free(&audit->findings);
    for (size_t i = 0; i < audit->space_count; i++) {
        free(audit->spaces[i].extents);
        for (size_t right = 0; right < AUDIT_RIGHT_COUNT; right++) {
            free(audit->spaces[i].reach[right]);
        }
    }
    free(audit->spaces);
    free(audit->table_pages);
    free(audit->objects);
    free(audit->filled);
    elf_free(audit->kernel);
    elf_free(audit->loader);
}
