/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Sections of a program, by their names.
 */
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "elf.h"

bool elf_section(const struct elf *elf, const char *name, struct elf_section *found)
{
    size_t names;
    Elf_Scn *section = NULL;
    if (elf_getshdrstrndx(elf->handle, &names) != 0) {
        return false;
    }
    while ((section = elf_nextscn(elf->handle, section)) != NULL) {
        GElf_Shdr header;
        const char *its_name = gelf_getshdr(section, &header) == NULL
                                   ? NULL
                                   : elf_strptr(elf->handle, names, header.sh_name);
        if (its_name == NULL || strcmp(its_name, name) != 0) {
            continue;
        }
        bool is_inside = header.sh_offset <= elf->file.size &&
                         header.sh_size <= elf->file.size - header.sh_offset;
        *found = (struct elf_section){.offset = header.sh_offset,
                                      .size = header.sh_size,
                                      .has_contents = header.sh_type != SHT_NOBITS && is_inside};
        return true;
    }
    return false;
}
