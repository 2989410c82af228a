/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a kernel module says of itself: the section ".modinfo", strings "key=value" with NULs
 * between them (Linux, include/linux/module.h and scripts/mod/modpost.c).
 */
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "initramfs.h"

#define SECTION     ".modinfo"
#define SOFTDEP     "softdep="
#define SOFTDEP_PRE "pre:"

/* Adds the words of a value: "a,b" or, of a soft dependency, "pre: a b post: c" those behind
 * "pre:". */
static void value_split(const char *value, bool is_softdep, struct payload_names *names)
{
    char *copy = alloc_checked(strdup(value)), *rest = copy, *word;
    bool counts = !is_softdep;
    while ((word = strsep(&rest, is_softdep ? " " : ",")) != NULL) {
        size_t length = strlen(word);
        if (is_softdep && length > 0 && word[length - 1] == ':') {
            counts = strcmp(word, SOFTDEP_PRE) == 0;
        } else if (counts && length > 0) {
            payload_names_add(names, word);
        }
    }
    free(copy);
}

static void strings_read(const char *bytes, size_t size, const char *key,
                         struct payload_names *names)
{
    size_t key_length = strlen(key);
    for (size_t at = 0; at < size && names->count < PAYLOAD_NAMES_MAX;) {
        size_t length = strnlen(bytes + at, size - at);
        if (at + length < size && length > key_length &&
            strncmp(bytes + at, key, key_length) == 0) {
            value_split(bytes + at + key_length, strcmp(key, SOFTDEP) == 0, names);
        }
        at += length + 1;
    }
}

/* The section of that name, NULL if there is none. */
static Elf_Data *section_find(Elf *elf, const char *wanted)
{
    size_t names;
    Elf_Scn *section = NULL;
    if (elf_getshdrstrndx(elf, &names) != 0) {
        return NULL;
    }
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        const char *name =
            gelf_getshdr(section, &header) == NULL ? NULL : elf_strptr(elf, names, header.sh_name);
        if (name != NULL && strcmp(name, wanted) == 0 && header.sh_type == SHT_PROGBITS) {
            return elf_rawdata(section, NULL);
        }
    }
    return NULL;
}

bool module_info(const struct payload_bytes *module, const char *name, const char *key,
                 struct payload_names *names)
{
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)module->bytes, module->size);
    Elf_Data *data = elf == NULL ? NULL : section_find(elf, SECTION);
    if (data == NULL) {
        diag_error(NULL,
                   "%s: it is no kernel module: an ELF file with a section \"%s\" was expected",
                   name, SECTION);
    } else if (data->d_buf != NULL) {
        strings_read(data->d_buf, data->d_size, key, names);
    }
    elf_end(elf);
    return data != NULL;
}
