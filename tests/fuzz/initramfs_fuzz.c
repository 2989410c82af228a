/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes what `drover initramfs` reads. The input's first byte chooses: a recipe, a module, or what
 * stands in the section of a module that is sound otherwise.
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "diag_capture.h"
#include "elf_build.h"
#include "modules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* What was accepted is unpacked whole by Linux: each path once, and below a directory. */
static void entry_require(const struct recipe *recipe, size_t index)
{
    const struct recipe_entry *entry = &recipe->entries[index];
    char above[RECIPE_PATH_MAX + 1];
    require(entry->type != RECIPE_UNSAID && entry->mode <= 07777 && entry->time <= UINT32_MAX);
    require((entry->contents != NULL) == (entry->type == RECIPE_FILE));
    require((entry->link != NULL) == (entry->type == RECIPE_LINK));
    require(entry->path[0] != '/' && strncmp(entry->path, "../", 3) != 0);
    require(strlen(entry->path) <= RECIPE_PATH_MAX && recipe_find(recipe, entry->path) == entry);
    strcpy(above, entry->path);
    char *slash = strrchr(above, '/');
    if (slash != NULL) {
        *slash = '\0';
        const struct recipe_entry *directory = recipe_find(recipe, above);
        require(directory != NULL && directory < entry && directory->type == RECIPE_DIRECTORY);
    }
}

static void recipe_fuzz(const uint8_t *data, size_t size)
{
    static int file = -1;
    static char path[64];
    struct recipe recipe;
    if (file < 0) {
        file = memfd_create("recipe", 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    }
    require(file >= 0 && ftruncate(file, 0) == 0);
    require(pwrite(file, data, size, 0) == (ssize_t)size);
    if (recipe_read(&recipe, path)) {
        for (size_t i = 0; i < recipe.count; i++) {
            entry_require(&recipe, i);
        }
        require(recipe.count > 0 && diag_error_count() == 0);
    } else {
        require(diag_error_count() > 0);
    }
    recipe_free(&recipe);
}

static void names_require(const struct payload_names *names, const char *never)
{
    for (size_t i = 0; i < names->count; i++) {
        require(strpbrk(names->names[i], never) == NULL);
    }
}

static void module_fuzz(const uint8_t *data, size_t size)
{
    static const struct source at = {.file = "fuzz"};
    struct module_info info;
    struct payload_bytes module = {malloc(size == 0 ? 1 : size), size};
    require(module.bytes != NULL);
    memcpy(module.bytes, data, size);
    if (module_info_read(&info, &module, &at)) {
        names_require(&info.depends, ",");
        names_require(&info.before, " \t\n");
        require(diag_error_count() == 0);
    } else {
        require(diag_error_count() == 1 && info.depends.count + info.aliases.count == 0);
    }
    module_info_free(&info);
    payload_bytes_free(&module);
}

static void section_fuzz(const uint8_t *data, size_t size)
{
    const struct built_section section = {.name = ".modinfo", .size = size, .contents = data};
    const struct elf_recipe recipe = {.type = ET_REL, .sections = &section, .section_count = 1};
    size_t module_size;
    uint8_t *module = elf_build(&recipe, &module_size);
    module_fuzz(module, module_size);
    free(module);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const uint8_t *, size_t) = {recipe_fuzz, module_fuzz,
                                                               section_fuzz};
    if (size > 0) {
        diag_capture_reset();
        readers[data[0] % (sizeof(readers) / sizeof(readers[0]))](data + 1, size - 1);
    }
    return 0;
}
