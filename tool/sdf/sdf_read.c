/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a system description: contents page of the reader.
 */
#include "sdf.h"

#include <libxml/parser.h>

#include "alloc.h"
#include "diag.h"
#include "preprocess.h"
#include "system_check.h"

/* Fills `sdf->system` from the tree, stage by stage; stops after a stage that found a mistake. */
static void read_tree(struct sdf *sdf, const xmlNode *root)
{
    unsigned errors = diag_error_count();
    sdf_schema_check(sdf, root);
    if (diag_error_count() != errors) {
        return;
    }
    sdf_regions_read(sdf, root);
    sdf_domains_read(sdf, root);
    sdf_pds_read(sdf, root);
    sdf_cspaces_read(sdf, root);
    sdf_channels_read(sdf, root);
    sdf_io_spaces_read(sdf, root);
    if (diag_error_count() != errors) {
        return;
    }
    system_check(sdf->system);
}

/* The file names that the objects of `system` point to become its own. */
static void take_files(struct system *system, struct source_text *text)
{
    system->files = text->files;
    system->file_count = text->file_count;
    text->files = NULL;
    text->file_count = 0;
}

struct system *sdf_read(struct source_text *text)
{
    unsigned errors = diag_error_count();
    xmlDoc *doc = source_text_check(text) ? sdf_xml_parse(text) : NULL;
    if (doc == NULL) {
        return NULL;
    }
    struct sdf sdf = {.text = text, .system = alloc_array(1, sizeof(struct system))};
    read_tree(&sdf, xmlDocGetRootElement(doc));
    names_free(&sdf.region_names);
    names_free(&sdf.domain_names);
    names_free(&sdf.pd_names);
    xmlFreeDoc(doc);
    if (diag_error_count() != errors) {
        system_free(sdf.system);
        return NULL;
    }
    take_files(sdf.system, text);
    return sdf.system;
}

struct system *system_read(const char *path, const struct macro *macros, size_t macro_count)
{
    struct source_text text = {0};
    struct system *system = NULL;
    if (source_text_load(&text, path) &&
        (macro_count == 0 || preprocess(&text, path, macros, macro_count))) {
        system = sdf_read(&text);
    }
    source_text_free(&text);
    return system;
}
