/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What damages are made with.
 */
#include "mutations.h"

uint64_t *mutation_pd_page(const struct rich *rich, enum rich_pd pd, uint64_t va)
{
    return rich_descriptor(rich, rich_root(rich->pds[pd].vttbr), true, va);
}

uint64_t *mutation_vm_page(const struct rich *rich, uint32_t vcpu, uint64_t gpa)
{
    return rich_descriptor(rich, rich_root(rich->vcpus[vcpu].vttbr), true, gpa);
}

uint64_t *mutation_kernel_page(const struct rich *rich, uint64_t va)
{
    return rich_descriptor(rich, rich->info->kernel_table_pa, false, va);
}

void mutation_swap(uint64_t *a, uint64_t *b)
{
    uint64_t word = *a;
    *a = *b;
    *b = word;
}
