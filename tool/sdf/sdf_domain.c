/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <domains>: the scheduling domains, and the schedule in which they take turns.
 */
#include "sdf.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "drover/abi.h"

#define TICKS_MAX ((UINT64_C(1) << 56) - 1) /* as many bits as seL4 keeps a duration in */

/* Gives every domain without an id the lowest one that no other has. */
static void ids_assign(const struct sdf *sdf, const xmlNode *first)
{
    struct system *system = sdf->system;
    const struct domain *users[DOMAIN_MAX] = {NULL};
    size_t i = 0;
    for (const xmlNode *node = first; node != NULL; node = sdf_next(node), i++) {
        const struct domain *domain = &system->domains[i];
        const struct domain *user = users[domain->id];
        if (sdf_attribute(node, "id") == NULL) {
            continue;
        }
        if (user != NULL) {
            sdf_error(sdf, node, "id %u is already used at %s:%u; choose a free one, or none",
                      domain->id, user->source.file, user->source.line);
        }
        users[domain->id] = domain;
    }
    i = 0;
    for (const xmlNode *node = first; node != NULL; node = sdf_next(node), i++) {
        struct domain *domain = &system->domains[i];
        while (sdf_attribute(node, "id") == NULL && users[domain->id] != NULL) {
            domain->id++; /* there are at most as many domains as ids */
        }
        users[domain->id] = domain;
    }
}

static void names_read(struct sdf *sdf, const xmlNode *parent)
{
    struct system *system = sdf->system;
    const xmlNode *first = sdf_first(parent, "domain");
    system->domains = alloc_array(sdf_count(parent, "domain"), sizeof(struct domain));
    for (const xmlNode *node = first; node != NULL; node = sdf_next(node)) {
        struct domain *domain = &system->domains[system->domain_count];
        *domain = (struct domain){
            .source = sdf_source(sdf, node),
            .name = sdf_name(sdf, node),
            .id = (uint32_t)sdf_number(sdf, node, "id", 0, 0, DOMAIN_MAX - 1),
        };
        names_add(&sdf->domain_names, domain->name, system->domain_count, &domain->source);
        system->domain_count++;
    }
    names_sort(&sdf->domain_names);
    if (system->domain_count > DOMAIN_MAX) {
        sdf_error(sdf, parent, "it has %zu domains; at most %d are possible", system->domain_count,
                  DOMAIN_MAX);
        return;
    }
    ids_assign(sdf, first);
}

/* Reads "NUMBER us" or "NUMBER ticks". */
static void duration_read(const struct sdf *sdf, const xmlNode *node, struct schedule_entry *entry)
{
    const char *text = sdf_attribute(node, "duration");
    const char *blank = strchr(text, ' ');
    entry->is_ticks = blank != NULL && strcmp(blank, " ticks") == 0;
    if (blank == NULL || (!entry->is_ticks && strcmp(blank, " us") != 0)) {
        sdf_error(sdf, node,
                  "duration \"%.64s\" is neither \"NUMBER us\" nor \"NUMBER ticks\"; write one of "
                  "them",
                  text);
        return;
    }
    char *number = source_copy(text, (size_t)(blank - text));
    entry->duration = sdf_number_of(sdf, node, "duration", number, 1, 1,
                                    entry->is_ticks ? TICKS_MAX : UINT32_MAX);
    free(number);
}

static struct schedule_entry entry_read(const struct sdf *sdf, const xmlNode *node)
{
    const char *name = sdf_attribute(node, "domain");
    struct schedule_entry entry = {
        .source = sdf_source(sdf, node),
        .domain = names_find(&sdf->domain_names, name),
    };
    if (entry.domain == INDEX_NONE) {
        sdf_error(sdf, node, "domain \"%.64s\" is no <domain>; declare it, or correct the name",
                  name);
    }
    duration_read(sdf, node, &entry);
    return entry;
}

/* Reads all entries, and keeps those from `start` to the next end marker. */
static void entries_read(const struct sdf *sdf, const xmlNode *parent, size_t start)
{
    struct system *system = sdf->system;
    bool ended = false;
    size_t index = 0;
    for (const xmlNode *node = parent->children; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }
        bool is_marker = strcmp((const char *)node->name, "schedule_end_marker") == 0;
        struct schedule_entry entry =
            is_marker ? (struct schedule_entry){0} : entry_read(sdf, node);
        ended = ended || (index >= start && is_marker);
        if (index >= start && !ended) {
            system->schedule[system->schedule_count++] = entry;
        }
        index++;
    }
    if (system->schedule_count == 0) {
        sdf_error(sdf, parent,
                  "start_index %zu is a <schedule_end_marker>; begin at a <schedule_entry>", start);
    }
}

static void schedule_read(const struct sdf *sdf, const xmlNode *node)
{
    size_t count = sdf_count(node, "schedule_entry") + sdf_count(node, "schedule_end_marker");
    if (count == 0) {
        sdf_error(sdf, node, "it holds no <schedule_entry>; add one");
        return;
    }
    if (count > SCHEDULE_MAX) {
        sdf_error(sdf, node, "it has %zu entries and end markers; at most %d are possible", count,
                  SCHEDULE_MAX);
        return;
    }
    /* The shift is where seL4 would begin in its table: all that is left of it here is the limit.
     */
    sdf_number(sdf, node, "index_shift", 0, 0, SCHEDULE_MAX - count);
    size_t start = (size_t)sdf_number(sdf, node, "start_index", 0, 0, count - 1);
    sdf->system->schedule = alloc_array(count, sizeof(struct schedule_entry));
    entries_read(sdf, node, start);
}

void sdf_domains_read(struct sdf *sdf, const xmlNode *root)
{
    const xmlNode *node = sdf_first(root, "domains");
    if (node != NULL) {
        names_read(sdf, node);
        schedule_read(sdf, sdf_first(node, "domain_schedule"));
    }
}
