/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Inside the reader of system descriptions (SDF). A description is read in stages, and each one
 * only works on what the former found right, so that no message is the consequence of another:
 *     text -> XML tree (sdf_xml.c) -> the tree against the schema (sdf_schema.h)
 *          -> values and references, into struct system (sdf_value.c, sdf_region.c, sdf_pd.c, ...)
 *          -> rules between objects (system_check.h).
 */
#pragma once

#include <libxml/tree.h>

#include "names.h"
#include "source.h"
#include "system.h"

/* Elements nested deeper than this are refused: PD_MAX PDs, one in another, and what they hold. */
#define SDF_DEPTH_MAX 70

#define CPU_ID_MAX 255 /* of the attribute `cpu`, as in the Microkit */

/* A description on its way from text to system. */
struct sdf {
    const struct source_text *text;
    struct system *system;
    size_t pd_capacity;
    struct names region_names;
    struct names domain_names;
    struct names pd_names;
};

/* ---- sdf_read.c ---- */

/* Makes a system of `text`, as system_read() does; takes the file names out of `text`. */
struct system *sdf_read(struct source_text *text);

/* ---- sdf_xml.c ---- */

/* The tree of `text`, or NULL after reporting the first mistake. The caller frees it with
 * xmlFreeDoc(). */
xmlDoc *sdf_xml_parse(const struct source_text *text);

/* The line on which the tag of `node` begins. */
struct source sdf_source(const struct sdf *sdf, const xmlNode *node);

/* The value of an attribute, owned by the tree; NULL if it is absent. */
const char *sdf_attribute(const xmlNode *node, const char *name);

/* The first child element called `name`; the next one with the name of `node`; NULL if none. */
const xmlNode *sdf_first(const xmlNode *parent, const char *name);
const xmlNode *sdf_next(const xmlNode *node);
size_t sdf_count(const xmlNode *parent, const char *name);

/* Reports a mistake in `node`, which the message names by its element and its identifying
 * attribute. */
void sdf_error(const struct sdf *sdf, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sdf_warning(const struct sdf *sdf, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- sdf_schema_check.c ---- */

/* Reports every element, attribute and text in the tree that the SDF does not have there, that is
 * missing, or that Drover does not have. */
void sdf_schema_check(const struct sdf *sdf, const xmlNode *root);

/* ---- sdf_value.c: values of attributes. What is wrong is reported, and a harmless value returned.
 * ---- */

/* A copy of the attribute, which must not be empty; NULL if it is absent. */
char *sdf_string(const struct sdf *sdf, const xmlNode *node, const char *attribute);

/* As sdf_string(), for a name: at most NAME_SIZE - 1 bytes and no control characters. */
char *sdf_name(const struct sdf *sdf, const xmlNode *node);

/* The attribute as a number from `low` to `high`, or `absent` if it is not there. */
uint64_t sdf_number(const struct sdf *sdf, const xmlNode *node, const char *attribute,
                    uint64_t absent, uint64_t low, uint64_t high);

/* As sdf_number(), of `text`, which is the attribute or a part of it. */
uint64_t sdf_number_of(const struct sdf *sdf, const xmlNode *node, const char *attribute,
                       const char *text, uint64_t otherwise, uint64_t low, uint64_t high);

/* "true" or "false", or `absent`. */
bool sdf_flag(const struct sdf *sdf, const xmlNode *node, const char *attribute, bool absent);

/* The attribute `trigger`: true for "edge", false for "level" and if it is absent. */
bool sdf_edge(const struct sdf *sdf, const xmlNode *node);

/* The attribute `perms` as MAP_PERM_* bits. */
uint32_t sdf_perms(const struct sdf *sdf, const xmlNode *node);

/* The attributes `budget` and `period`, in microseconds. */
void sdf_budget(const struct sdf *sdf, const xmlNode *node, uint32_t *budget_us,
                uint32_t *period_us);

/* The region that `attribute` names, INDEX_NONE if there is none. */
size_t sdf_region_named(const struct sdf *sdf, const xmlNode *node, const char *attribute);

/* The PD that the attribute `pd` names, INDEX_NONE if there is none. */
size_t sdf_pd_named(const struct sdf *sdf, const xmlNode *node);

/* ---- One element each: parts of the tree into `sdf->system`. ---- */

void sdf_regions_read(struct sdf *sdf, const xmlNode *root);
void sdf_domains_read(struct sdf *sdf, const xmlNode *root);
void sdf_pds_read(struct sdf *sdf, const xmlNode *root);     /* after regions and domains */
void sdf_cspaces_read(struct sdf *sdf, const xmlNode *root); /* after PDs, as the next one */
void sdf_channels_read(struct sdf *sdf, const xmlNode *root);
void sdf_io_spaces_read(struct sdf *sdf, const xmlNode *root);

/* The <map>, and the <irq> elements of a PD or a virtual machine. */
struct map *sdf_maps_read(const struct sdf *sdf, const xmlNode *parent, size_t *count);
struct irq *sdf_irqs_read(const struct sdf *sdf, const xmlNode *parent, size_t *count);

/* The <virtual_machine> of a PD; NULL if it has none. */
struct vm *sdf_vm_read(const struct sdf *sdf, const xmlNode *pd);
