/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the archive: cpio in the newc format, which Linux unpacks
 * (Documentation/driver-api/early-userspace/buffer-format.rst), with libarchive.
 */
#include "initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define MODULES_DIRECTORY "lib/modules"
#define MODULES_ORDER     MODULES_DIRECTORY "/order" /* their names, as they have to be loaded */

struct output {
    struct archive *archive;
    struct payload_bytes bytes;
    size_t capacity;
};

static la_ssize_t output_write(struct archive *archive, void *context, const void *block,
                               size_t size)
{
    struct output *output = context;
    (void)archive;
    if (output->capacity - output->bytes.size < size) {
        output->capacity = 2 * (output->capacity + size);
        output->bytes.bytes = alloc_checked(realloc(output->bytes.bytes, output->capacity));
    }
    memcpy(output->bytes.bytes + output->bytes.size, block, size);
    output->bytes.size += size;
    return (la_ssize_t)size;
}

static bool output_open(struct output *output)
{
    *output = (struct output){.archive = alloc_checked(archive_write_new())};
    return archive_write_set_format_cpio_newc(output->archive) == ARCHIVE_OK &&
           archive_write_set_bytes_per_block(output->archive, 512) == ARCHIVE_OK &&
           archive_write_open(output->archive, output, NULL, output_write, NULL) == ARCHIVE_OK;
}

static bool output_put(struct output *output, const struct recipe_entry *entry, const void *bytes,
                       size_t size)
{
    static const mode_t types[] = {
        [RECIPE_DIRECTORY] = AE_IFDIR, [RECIPE_FILE] = AE_IFREG, [RECIPE_LINK] = AE_IFLNK};
    struct archive_entry *header = alloc_checked(archive_entry_new());
    archive_entry_set_pathname(header, entry->path);
    archive_entry_set_filetype(header, types[entry->type]);
    archive_entry_set_perm(header, entry->mode);
    archive_entry_set_uid(header, entry->uid);
    archive_entry_set_gid(header, entry->gid);
    archive_entry_set_mtime(header, (time_t)entry->time, 0);
    archive_entry_set_nlink(header, 1);
    archive_entry_set_size(header, (la_int64_t)size);
    if (entry->type == RECIPE_LINK) {
        archive_entry_set_symlink(header, entry->link);
    }
    bool is_put =
        archive_write_header(output->archive, header) == ARCHIVE_OK &&
        (size == 0 || archive_write_data(output->archive, bytes, size) == (la_ssize_t)size);
    archive_entry_free(header);
    if (!is_put) {
        diag_error(&entry->at, "\"%s\" cannot be put into the archive: %s", entry->path,
                   archive_error_string(output->archive));
    }
    return is_put;
}

static bool put_file(struct output *output, const struct recipe_entry *entry,
                     const struct initramfs_request *request, struct payload_fs *packages)
{
    struct payload_bytes packaged;
    struct file file;
    if (strncmp(entry->contents, RECIPE_PACKAGED, strlen(RECIPE_PACKAGED)) == 0) {
        const char *path = entry->contents + strlen(RECIPE_PACKAGED);
        if (packages == NULL) {
            diag_error(&entry->at, "contents=%s: there is no package; give one with --deb",
                       entry->contents);
            return false;
        }
        if (!payload_fs_read(packages, path, PAYLOAD_UNPACKED_MAX, &packaged)) {
            return false;
        }
        bool is_put = output_put(output, entry, packaged.bytes, packaged.size);
        payload_bytes_free(&packaged);
        return is_put;
    }
    char *path = file_find(&request->search, entry->contents, &entry->at);
    bool is_put = path != NULL && file_map(&file, path, &entry->at);
    if (is_put) {
        is_put = output_put(output, entry, file.bytes, file.size);
        file_unmap(&file);
    }
    free(path);
    return is_put;
}

static bool put_recipe(struct output *output, const struct recipe *recipe,
                       const struct initramfs_request *request, struct payload_fs *packages)
{
    bool is_sound = true;
    for (size_t i = 0; i < recipe->count; i++) {
        const struct recipe_entry *entry = &recipe->entries[i];
        is_sound = (entry->type == RECIPE_FILE ? put_file(output, entry, request, packages)
                                               : output_put(output, entry, NULL, 0)) &&
                   is_sound;
    }
    return is_sound;
}

static bool put_modules(struct output *output, const struct modules *modules)
{
    char *order = alloc_checked(strdup("")), *path = NULL;
    bool is_sound = true;
    for (size_t i = 0; is_sound && i < modules->count; i++) {
        const struct module *module = &modules->list[i];
        char *more = payload_text("%s%s\n", order, module->name);
        free(order);
        order = more;
        path = payload_text(MODULES_DIRECTORY "/%s", module->name);
        is_sound = output_put(
            output, &(struct recipe_entry){.path = path, .type = RECIPE_FILE, .mode = 0644},
            module->bytes.bytes, module->bytes.size);
        free(path);
    }
    is_sound =
        is_sound &&
        output_put(output,
                   &(struct recipe_entry){.path = MODULES_ORDER, .type = RECIPE_FILE, .mode = 0644},
                   order, strlen(order));
    free(order);
    return is_sound;
}

/* Of the packages everything is kept that the recipe names, and all modules. */
static bool is_wanted(void *context, const char *path)
{
    const struct recipe *recipe = context;
    const char *name = strrchr(path, '/');
    if (strstr(path, MODULES_DIRECTORY "/") != NULL && name != NULL &&
        (strstr(name, ".ko") != NULL || strcmp(name, "/modules.builtin") == 0)) {
        return true;
    }
    for (size_t i = 0; i < recipe->count; i++) {
        const char *contents = recipe->entries[i].contents;
        if (contents != NULL && strncmp(contents, RECIPE_PACKAGED, strlen(RECIPE_PACKAGED)) == 0) {
            const char *wanted = contents + strlen(RECIPE_PACKAGED);
            /* A link on the way leads to another directory with the file's name. */
            const char *file = strrchr(wanted, '/');
            if (name != NULL && strcmp(name, file == NULL ? wanted : file) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool archive_make(const struct initramfs_request *request, const struct recipe *recipe,
                         struct payload_fs *packages, const struct modules *modules)
{
    struct output output;
    bool is_sound = output_open(&output) && put_recipe(&output, recipe, request, packages) &&
                    (request->modules == NULL || put_modules(&output, modules)) &&
                    archive_write_close(output.archive) == ARCHIVE_OK;
    is_sound = is_sound && file_write(request->output, output.bytes.bytes, output.bytes.size);
    archive_write_free(output.archive);
    payload_bytes_free(&output.bytes);
    return is_sound;
}

bool initramfs_make(const struct initramfs_request *request)
{
    struct payload_source source = {0};
    struct recipe recipe;
    struct modules modules = {0};
    bool is_sound = recipe_read(&recipe, request->recipe);
    if (is_sound && request->deb_count > 0) {
        is_sound =
            payload_debs_open(&source, request->debs, request->deb_count, is_wanted, &recipe);
    }
    struct payload_fs *packages = source.count > 0 ? &source.list[0] : NULL;
    if (is_sound && request->modules != NULL) {
        is_sound = modules_take(&modules, packages, request->modules);
    }
    is_sound = is_sound && archive_make(request, &recipe, packages, &modules);
    modules_free(&modules);
    recipe_free(&recipe);
    payload_source_free(&source);
    return is_sound;
}
