/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A description as far as `drover check` understands it: regions, and what each PD and its VM map
 * and take interrupts of. Unlike a struct system it may be wrong in any way; what cannot be told is
 * not known, and no rule speaks of it.
 */
#pragma once

#include "check_text.h"

#define CHECK_MODEL_MAX 8192 /* regions, maps and interrupts, each */
#define CHECK_PARTY_MAX 256  /* a system has 63 PDs at most */

/* A number of the description. */
struct check_number {
    bool known;
    bool given; /* the attribute is there */
    uint64_t value;
};

struct check_region {
    struct source source;
    char *name;
    struct check_number size, phys_addr; /* bytes, PA */
    struct check_number page_size;
    bool prefilled;
};

struct check_map {
    struct source source;
    char *region_name;
    size_t region; /* INDEX_NONE: there is none of that name */
    size_t party;
    bool in_vm;                /* by the party's VM, else by its PD */
    struct check_number vaddr; /* GPA or VA */
    bool cached;
};

struct check_irq {
    struct source source;
    size_t party;
    bool in_vm; /* straight to the VM, else by channel to the PD */
    struct check_number number;
    bool edge;
};

/* A PD with its VM, if it has one: what either takes of the board is the pair's. */
struct check_party {
    struct source source;
    char *name;
    bool has_vm;
    struct source vm_source;
    char *vm_name;
    bool vm_has_id;
    size_t vcpu_count;
};

/* A value that is no number. */
struct check_odd {
    struct source source;
    const char *attribute;
    char *value;
};

/* One CODE of `<!-- drover check: accept CODE...: REASON -->`. */
struct check_acceptance {
    struct source source; /* line 0: the command line */
    char *code;
    char *reason; /* empty: none is given */
};

/* The first element for which there is no room. */
struct check_excess {
    struct source source;
    const char *what; /* NULL: there is room for all */
    size_t most;
};

struct check_model {
    struct source_text text; /* the sources point into it */
    struct check_repairs repairs;
    struct check_region *regions;
    size_t region_count, region_capacity;
    struct check_map *maps;
    size_t map_count, map_capacity;
    struct check_irq *irqs;
    size_t irq_count, irq_capacity;
    struct check_party *parties;
    size_t party_count, party_capacity;
    struct check_odd *odds;
    size_t odd_count, odd_capacity;
    struct check_acceptance *acceptances;
    size_t acceptance_count, acceptance_capacity;
    struct check_excess excess;
};

/*
 * Reads the description `path`, with macros through the C preprocessor. Reports what keeps it from
 * being read at all, and returns false. The caller frees with check_model_free() either way.
 */
bool check_model_read(struct check_model *model, const char *path, const struct macro *macros,
                      size_t macro_count);

/* The same of a text, which is taken over, into an empty model. */
void check_model_take(struct check_model *model, struct source_text *text);

/* check_read.c: fills a model from its text, which has been repaired. */
void check_read(struct check_model *model);

/* check_accept.c: adds the acceptances in the comments of a text, which is a file's as it stands.
 * `path` outlives the model. */
void check_accept_scan(struct check_model *model, const struct source_text *text, const char *path);

/* Adds acceptances that the command line makes, of the codes in `codes`, separated by commas.
 * Reports one that is no code, or of an error, and returns false. */
bool check_accept_add(struct check_model *model, const char *codes);

void check_model_free(struct check_model *model);

/* What messages call a party's side: its VM if it has one, else its PD. */
const char *check_party_name(const struct check_party *party);
