/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A good image of a rich system (rich.system), to be damaged and audited, and the ways to its
 * parts. `drover build`'s planner makes it; the audit shares nothing with that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit.h"
#include "drover/manifest.h"

struct rich {
    uint8_t *bytes; /* the image; what is changed is undone by rich_restore() */
    uint8_t *good;  /* as it was built */
    size_t size;
    struct loader_info *info;
    struct loader_range *zeroes;
    struct loader_copy *copies;
    struct manifest *manifest;
    struct manifest_pd *pds;
    struct manifest_vcpu *vcpus;
    struct manifest_channel *channels;
    struct manifest_irq *irqs;
    struct manifest_map *maps;
    struct manifest_slot *slots;
    struct manifest_schedule *schedule;
    struct audit_input input; /* with the description */
};

/* The index of each PD of rich.system. */
enum rich_pd {
    RICH_VMM,
    RICH_SECOND_VMM,
    RICH_SERVER,
    RICH_PARENT,
    RICH_CHILD,
    RICH_OTHER_CHILD,
};

/* Builds the programs, in a directory of their own, and the image. Ends the program on failure. */
struct rich *rich_build(void);
void rich_free(struct rich *rich);

/* Brings the image back to what was built. */
void rich_restore(struct rich *rich);

/* Returns the bytes at a PA in the image; ends the program where it is not in it. */
void *rich_at(const struct rich *rich, uint64_t pa);

/* Returns the last-level descriptor for a VA or GPA: of the table with that root, stage 2 or EL2's.
 * It is a block, a page, or not valid. */
uint64_t *rich_descriptor(const struct rich *rich, uint64_t root_pa, bool stage2, uint64_t va);

/* The root of the table of a PD or vCPU. */
static inline uint64_t rich_root(uint64_t vttbr)
{
    return vttbr & 0xffffffffffff;
}

/* Returns the manifest's entry for the mapping of a PD, or of its VM, that begins at `va`. */
struct manifest_map *rich_map(const struct rich *rich, uint32_t owner, bool is_vm, uint64_t va);
