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
#include "modules.h"

#define SECTION     ".modinfo"
#define BLANKS      " \t\n"
#define SOFTDEP_PRE "pre:"

/* "a,b", as depends= has it. */
static void list_split(const char *value, struct payload_names *names)
{
    char *copy = alloc_checked(strdup(value)), *rest = copy, *word;
    while ((word = strsep(&rest, ",")) != NULL) {
        if (*word != '\0') {
            payload_names_add(names, word);
        }
    }
    free(copy);
}

/* "pre: a b post: c", as softdep= has it: those behind "pre:". */
static void softdep_split(const char *value, struct payload_names *names)
{
    char *copy = alloc_checked(strdup(value)), *rest = copy, *word;
    bool is_before = false;
    while ((word = strsep(&rest, BLANKS)) != NULL) {
        size_t length = strlen(word);
        if (length > 0 && word[length - 1] == ':') {
            is_before = strcmp(word, SOFTDEP_PRE) == 0;
        } else if (is_before && length > 0) {
            payload_names_add(names, word);
        }
    }
    free(copy);
}

/* What is behind `key` if the string begins with it; NULL: it does not. */
static const char *value_of(const char *string, const char *key)
{
    size_t length = strlen(key);
    return strncmp(string, key, length) == 0 ? string + length : NULL;
}

/* `bytes` end in a NUL. */
static void strings_read(struct module_info *info, const char *bytes, size_t size)
{
    for (size_t at = 0; at < size; at += strlen(bytes + at) + 1) {
        const char *string = bytes + at, *value;
        if ((value = value_of(string, "depends=")) != NULL) {
            list_split(value, &info->depends);
        } else if ((value = value_of(string, "softdep=")) != NULL) {
            softdep_split(value, &info->before);
        } else if ((value = value_of(string, "alias=")) != NULL) {
            payload_names_add(&info->aliases, value);
        }
    }
}

/* The section of modules; NULL where there is none. */
static Elf_Data *section_find(Elf *elf)
{
    GElf_Ehdr file;
    size_t names;
    Elf_Scn *section = NULL;
    if (elf == NULL || gelf_getehdr(elf, &file) == NULL || file.e_machine != EM_AARCH64 ||
        file.e_type != ET_REL || elf_getshdrstrndx(elf, &names) != 0) {
        return NULL;
    }
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        const char *name =
            gelf_getshdr(section, &header) == NULL ? NULL : elf_strptr(elf, names, header.sh_name);
        if (name != NULL && strcmp(name, SECTION) == 0 && header.sh_type == SHT_PROGBITS) {
            return elf_rawdata(section, NULL);
        }
    }
    return NULL;
}

bool module_info_read(struct module_info *info, const struct payload_bytes *module,
                      const struct source *at)
{
    *info = (struct module_info){0};
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)module->bytes, module->size);
    const Elf_Data *data = section_find(elf);
    const char *bytes = data == NULL ? NULL : data->d_buf;
    bool is_sound = bytes != NULL && data->d_size > 0 && data->d_size <= MODULE_INFO_MAX &&
                    bytes[data->d_size - 1] == '\0';
    if (is_sound) {
        strings_read(info, bytes, data->d_size);
    } else {
        diag_error(at,
                   "it is no kernel module of arm64: an ELF file for AArch64 was expected, with "
                   "strings of at most %zu bytes in a section \"%s\"",
                   MODULE_INFO_MAX, SECTION);
    }
    elf_end(elf);
    return is_sound;
}

void module_info_free(struct module_info *info)
{
    payload_names_free(&info->depends);
    payload_names_free(&info->before);
    payload_names_free(&info->aliases);
}
