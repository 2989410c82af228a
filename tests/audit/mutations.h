/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Damages of a good image that make sense to whoever does them: tables and manifest agree, and yet
 * somebody gets what is not theirs.
 */
#pragma once

#include "rich.h"

struct mutation {
    const char *what;
    enum finding_code expected; /* one of the findings has this code */
    void (*apply)(const struct rich *rich);
};

struct mutations {
    const struct mutation *list;
    size_t count;
};

extern const struct mutations mutations_of_table;  /* tables of PDs and VMs */
extern const struct mutations mutations_of_el2;    /* loader, kernel, and the bytes of the image */
extern const struct mutations mutations_of_record; /* manifest and routing tables */

#define MUTATION_PA_MASK 0xfffffff000 /* of a descriptor */

/* The last-level descriptor for a VA of a PD, for a GPA of the VM of a vCPU, for a VA of the
 * kernel. */
uint64_t *mutation_pd_page(const struct rich *rich, enum rich_pd pd, uint64_t va);
uint64_t *mutation_vm_page(const struct rich *rich, uint32_t vcpu, uint64_t gpa);
uint64_t *mutation_kernel_page(const struct rich *rich, uint64_t va);

void mutation_swap(uint64_t *a, uint64_t *b);
