/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the archive: cpio in the newc format, which Linux unpacks
 * (Documentation/driver-api/early-userspace/buffer-format.rst), with libarchive.
 */
#include "initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define MODULES_DIRECTORY "lib/modules"
#define MODULES_ORDER     "order" /* their names, as they have to be loaded */

struct output {
    struct archive *archive;
    struct payload_bytes bytes;
    size_t capacity;
    bool is_broken; /* that has been reported, and nothing more can be put into it */
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
    bool is_open =
        archive_write_set_format_cpio_newc(output->archive) == ARCHIVE_OK &&
        archive_write_set_bytes_per_block(output->archive, 512) == ARCHIVE_OK &&
        archive_write_open(output->archive, output, NULL, output_write, NULL) == ARCHIVE_OK;
    if (!is_open) {
        diag_error(NULL, "libarchive cannot write cpio archives: %s",
                   archive_error_string(output->archive));
    }
    return is_open;
}

static struct archive_entry *header_make(const struct recipe_entry *entry, size_t size)
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
    return header;
}

static bool output_put(struct output *output, const struct recipe_entry *entry, const void *bytes,
                       size_t size)
{
    if (output->is_broken) {
        return false;
    }
    if (size > PAYLOAD_INITRD_MAX - output->bytes.size) {
        diag_error(&entry->at,
                   "\"%s\" has %zu bytes, with which the archive has more than %zu MiB, the most "
                   "of an initial RAM disk",
                   entry->path, size, PAYLOAD_INITRD_MAX >> 20);
        output->is_broken = true;
        return false;
    }
    struct archive_entry *header = header_make(entry, size);
    bool is_put =
        archive_write_header(output->archive, header) == ARCHIVE_OK &&
        (size == 0 || archive_write_data(output->archive, bytes, size) == (la_ssize_t)size);
    archive_entry_free(header);
    if (!is_put) {
        diag_error(&entry->at, "\"%s\" cannot be put into the archive: %s", entry->path,
                   archive_error_string(output->archive));
        output->is_broken = true;
    }
    return is_put;
}

/* Puts a file out of the packages. */
static bool put_packaged(struct output *output, const struct recipe_entry *entry,
                         struct payload_fs *packages)
{
    const char *path = entry->contents + strlen(RECIPE_PACKAGED);
    enum payload_kind kind = PAYLOAD_ABSENT;
    struct payload_bytes bytes;
    if (packages == NULL) {
        diag_error(&entry->at, "contents=%s: no package was given; name one with --deb",
                   entry->contents);
        return false;
    }
    free(payload_fs_resolve(packages, path, &kind));
    if (kind != PAYLOAD_FILE) {
        diag_error(&entry->at, "contents=%s: in %s it %s; expected a file's path without a / first",
                   entry->contents, packages->name,
                   kind == PAYLOAD_ABSENT ? "is not there, or is a link that leads nowhere"
                                          : "is a directory or a device");
        return false;
    }
    if (!payload_fs_read(packages, path, PAYLOAD_INITRD_MAX, &bytes)) {
        return false;
    }
    bool is_put = output_put(output, entry, bytes.bytes, bytes.size);
    payload_bytes_free(&bytes);
    return is_put;
}

/* Puts a file of the host. */
static bool put_file(struct output *output, const struct recipe_entry *entry,
                     const struct file_search *search)
{
    struct file file;
    char *path = file_find_beside(search, entry->contents, &entry->at);
    bool is_put = path != NULL && file_map(&file, path, &entry->at);
    if (is_put) {
        is_put = output_put(output, entry, file.bytes, file.size);
        file_unmap(&file);
    }
    free(path);
    return is_put;
}

static bool put_entry(struct output *output, const struct recipe_entry *entry,
                      const struct initramfs_request *request, struct payload_fs *packages)
{
    if (entry->type != RECIPE_FILE) {
        return output_put(output, entry, NULL, 0);
    }
    return strncmp(entry->contents, RECIPE_PACKAGED, strlen(RECIPE_PACKAGED)) == 0
               ? put_packaged(output, entry, packages)
               : put_file(output, entry, &request->search);
}

/* Reports every entry that cannot be put. */
static bool put_recipe(struct output *output, const struct recipe *recipe,
                       const struct initramfs_request *request, struct payload_fs *packages)
{
    bool is_sound = true;
    for (size_t i = 0; i < recipe->count; i++) {
        is_sound = put_entry(output, &recipe->entries[i], request, packages) && is_sound;
    }
    return is_sound;
}

/* Puts a file beside the modules, where the recipe must have none. */
static bool put_beside(struct output *output, const struct recipe *recipe, const char *name,
                       const void *bytes, size_t size)
{
    char *path = payload_text(MODULES_DIRECTORY "/%s", name);
    const struct recipe_entry *own = recipe_find(recipe, path);
    if (own != NULL) {
        diag_error(&own->at, "\"%s\" is written by --modules, too; remove the line", path);
    }
    bool is_sound =
        own == NULL &&
        output_put(output, &(struct recipe_entry){.path = path, .type = RECIPE_FILE, .mode = 0644},
                   bytes, size);
    free(path);
    return is_sound;
}

static bool put_modules(struct output *output, const struct recipe *recipe,
                        const struct modules *modules)
{
    char *order = NULL;
    size_t size = 0;
    FILE *list = alloc_checked(open_memstream(&order, &size));
    bool is_sound = true;
    for (size_t i = 0; i < modules->count; i++) {
        const struct module *module = &modules->list[i];
        fprintf(list, "%s\n", module->name);
        is_sound =
            put_beside(output, recipe, module->name, module->bytes.bytes, module->bytes.size) &&
            is_sound;
    }
    fclose(list);
    alloc_checked(order);
    is_sound = put_beside(output, recipe, MODULES_ORDER, order, size) && is_sound;
    free(order);
    return is_sound;
}

/* Linux makes no directory by itself. */
static bool has_directory(const struct recipe *recipe)
{
    const struct recipe_entry *directory = recipe_find(recipe, MODULES_DIRECTORY);
    bool is_there = directory != NULL && directory->type == RECIPE_DIRECTORY;
    if (!is_there) {
        diag_error(directory != NULL ? &directory->at : &(struct source){.file = recipe->path},
                   "modules need the directory \"%s\"; add the line \"./%s type=dir\"",
                   MODULES_DIRECTORY, MODULES_DIRECTORY);
    }
    return is_there;
}

static bool archive_make(const struct initramfs_request *request, const struct recipe *recipe,
                         struct payload_fs *packages, const struct modules *modules)
{
    struct output output;
    bool is_sound = output_open(&output) && put_recipe(&output, recipe, request, packages) &&
                    (request->modules == NULL || put_modules(&output, recipe, modules));
    if (is_sound && archive_write_close(output.archive) != ARCHIVE_OK) {
        diag_error(NULL, "the archive cannot be ended: %s", archive_error_string(output.archive));
        is_sound = false;
    }
    is_sound = is_sound && file_write(request->output, output.bytes.bytes, output.bytes.size);
    archive_write_free(output.archive);
    payload_bytes_free(&output.bytes);
    return is_sound;
}

/* Of the packages all files are kept: a path of the recipe may be a link to any of them, and before
 * the last package is read nobody knows to which. */
static bool wants_all(void *context, const char *path)
{
    (void)context;
    (void)path;
    return true;
}

bool initramfs_make(const struct initramfs_request *request)
{
    struct payload_source source = {0};
    struct recipe recipe;
    struct modules modules = {0};
    bool is_sound =
        recipe_read(&recipe, request->recipe) &&
        (request->modules == NULL || has_directory(&recipe)) &&
        (request->deb_count == 0 ||
         payload_debs_open(&source, request->debs, request->deb_count, wants_all, NULL));
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
