/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The arrays of the manifest (drover/manifest.h), each in a file of its own: how many elements a
 * plan has of it, and the elements themselves, in the contract's order. `out` has room for as many
 * as the count says. The counts need no PA.
 */
#pragma once

#include "plan.h"

/* manifest_pd.c */
size_t manifest_pd_count(const struct plan *plan);
void manifest_pd_write(const struct plan *plan, struct manifest_pd *out);
size_t manifest_vcpu_count(const struct plan *plan);
void manifest_vcpu_write(const struct plan *plan, struct manifest_vcpu *out);

/* manifest_channel.c */
size_t manifest_channel_count(const struct plan *plan);
void manifest_channel_write(const struct plan *plan, struct manifest_channel *out);

/* manifest_irq.c */
size_t manifest_irq_count(const struct plan *plan);
void manifest_irq_write(const struct plan *plan, struct manifest_irq *out);

/* manifest_map.c */
size_t manifest_map_count(const struct plan *plan);
void manifest_map_write(const struct plan *plan, struct manifest_map *out);

/* manifest_slot.c */
size_t manifest_slot_count(const struct plan *plan);
void manifest_slot_write(const struct plan *plan, struct manifest_slot *out);

/* manifest_schedule.c */
size_t manifest_schedule_count(const struct plan *plan);
void manifest_schedule_write(const struct plan *plan, struct manifest_schedule *out);

/* Copies a name into the manifest, whose bytes are zero before; at most NAME_SIZE - 1 bytes. */
void manifest_name(char *target, const char *name);
