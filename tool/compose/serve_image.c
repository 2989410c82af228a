/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs with their configurations: a copy of the ELF file in which sections are overwritten. The
 * Microkit has no element for it, so a system that it can build brings copies.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"
#include "diag.h"
#include "elf.h"

/* Sections by which a program says that it needs to be told something; sDDF's names. A console is
 * something to do without. */
static const struct {
    const char *section;
    const char *what; /* what the file of VMs says to have it */
} known[] = {
    {".blk_client_config", "\"uses\": {\"block\": ...}"},
    {".net_client_config", "\"uses\": {\"network\": ...}"},
};

static bool has_config(const struct serve_pd *pd, const char *section)
{
    for (size_t i = 0; i < pd->config_count; i++) {
        if (strcmp(pd->configs[i].section, section) == 0) {
            return true;
        }
    }
    return false;
}

/* Says which configurations a program would have, and gets none for. */
static void warn_of_unused(const struct serve_pd *pd, const struct elf *elf,
                           const struct source *at)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct elf_section section;
        if (!has_config(pd, known[i].section) && elf_section(elf, known[i].section, &section)) {
            diag_warning(
                at, "program \"%s\": \"%s\" has a section %s, which stays as it is; %s fills it in",
                pd->name, elf->path, known[i].section, known[i].what);
        }
    }
}

static bool put_config(struct serve_pd *pd, const struct serve_config *config,
                       const struct elf *elf, const struct source *at)
{
    struct elf_section section;
    if (!elf_section(elf, config->section, &section)) {
        if (config->is_optional) {
            return true;
        }
        diag_error(at,
                   "PD \"%s\": \"%s\" has no section %s to be told by; in C: "
                   "__attribute__((__section__(\"%s\")))",
                   pd->name, elf->path, config->section, config->section);
        return false;
    }
    if (section.size != config->size || !section.has_contents) {
        diag_error(at,
                   "PD \"%s\": section %s of \"%s\" has %" PRIu64 " bytes%s; %zu bytes of data are "
                   "expected, as sDDF 0.7 has that structure",
                   pd->name, config->section, elf->path, section.size,
                   section.has_contents ? "" : " that are not in the file", config->size);
        return false;
    }
    memcpy((uint8_t *)pd->image + section.offset, config->bytes, config->size);
    return true;
}

static bool make_image(struct serve_pd *pd, const struct file_search *search,
                       const struct source *at)
{
    char *path = file_find_program(search, pd->program, at);
    struct elf *elf = path == NULL ? NULL : elf_read(path, at);
    bool sound = elf != NULL;
    if (sound) {
        pd->image_size = elf->file.size;
        pd->image = alloc_array(pd->image_size, 1);
        memcpy(pd->image, elf->file.bytes, pd->image_size);
        for (size_t i = 0; i < pd->config_count; i++) {
            sound = put_config(pd, &pd->configs[i], elf, at) && sound;
        }
        warn_of_unused(pd, elf, at);
        elf_free(elf);
    }
    free(path);
    return sound;
}

bool serve_images(struct compose *compose)
{
    const struct source at = {.file = compose->request->path};
    struct serve *serve = &compose->serve;
    bool sound = true;
    for (size_t i = 0; i < serve->pd_count; i++) {
        struct serve_pd *pd = &serve->pds[i];
        if (pd->vm == NODE_NONE) {
            sound = make_image(pd, &compose->request->search, &at) && sound;
        }
    }
    return sound;
}
