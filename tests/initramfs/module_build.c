/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds kernel modules for the tests of `drover initramfs`.
 */
#include "module_build.h"

#include <elf.h>

#include "build.h"

struct payload_bytes module_build_from(struct elf_recipe recipe, const char *section,
                                       const char *info, size_t size)
{
    const struct built_section sections[] = {
        {.name = ".text", .size = 8},
        {.name = section, .size = size, .contents = info},
    };
    struct payload_bytes module;
    recipe.sections = sections;
    recipe.section_count = 2;
    module.bytes = elf_build(&recipe, &module.size);
    return module;
}

struct payload_bytes module_build_sized(const char *info, size_t size)
{
    return module_build_from((struct elf_recipe){.type = ET_REL}, ".modinfo", info, size);
}

void module_put_sized(const char *directory, const char *path, const char *info, size_t size)
{
    struct payload_bytes module = module_build_sized(info, size);
    build_file(directory, path, module.bytes, module.size);
    payload_bytes_free(&module);
}
