/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds kernel, initrd and modules where distributions keep them: in boot/, or at the root of a
 * partition that is mounted there, and in lib/modules.
 */
#include "payload_find.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define SHOWN_MAX  8    /* names in one message */
#define FOUNDS_MAX 1024 /* kernels, initrds, versions of modules; a system has a handful */

static const char *const boot_directories[] = {"boot", ""};
#define BOOT_COUNT (sizeof(boot_directories) / sizeof(boot_directories[0]))

/* Kernels by the beginning of their names. vmlinux is for debuggers where there is another one. */
static const char *const kernel_names[] = {"vmlinuz", "Image", "kernel", NULL};
static const char *const debugger_names[] = {"vmlinux", NULL};
static const char *const initrd_names[] = {"initrd", "initramfs", NULL};

/* What is kept for emergencies, and what only stands beside a kernel. */
static const char *const passed_over_ends[] = {".old", ".bak", ".sig", ".hmac", ".dpkg-bak"};
static const char *const passed_over_parts[] = {"rescue", "fallback", "kdump"};

static bool is_passed_over(const char *name)
{
    for (size_t i = 0; i < sizeof(passed_over_ends) / sizeof(passed_over_ends[0]); i++) {
        if (payload_ends_with(name, passed_over_ends[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(passed_over_parts) / sizeof(passed_over_parts[0]); i++) {
        if (strstr(name, passed_over_parts[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool begins_with_one(const char *name, const char *const *beginnings)
{
    for (; *beginnings != NULL; beginnings++) {
        if (strncmp(name, *beginnings, strlen(*beginnings)) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the files in `directory` whose names begin so. */
static bool founds_in(struct payload_founds *founds, struct payload_names *passed_over,
                      struct payload_fs *fs, const char *directory, const char *const *beginnings)
{
    struct payload_names names = {0};
    bool listed = payload_fs_list(fs, directory, &names);
    for (size_t i = 0; listed && i < names.count && founds->count < FOUNDS_MAX; i++) {
        if (!begins_with_one(names.names[i], beginnings)) {
            continue;
        }
        char *path =
            payload_text("%s%s%s", directory, directory[0] == '\0' ? "" : "/", names.names[i]);
        if (is_passed_over(names.names[i])) {
            payload_names_add(passed_over, path);
        } else {
            payload_founds_add(founds, fs, path, NULL);
        }
        free(path);
    }
    payload_names_free(&names);
    return listed;
}

static bool founds_everywhere(struct payload_founds *founds, struct payload_names *passed_over,
                              struct payload_source *source, const char *const *beginnings)
{
    for (size_t i = 0; i < source->count; i++) {
        for (size_t j = 0; j < BOOT_COUNT; j++) {
            if (!founds_in(founds, passed_over, &source->list[i], boot_directories[j],
                           beginnings)) {
                return false;
            }
        }
    }
    return true;
}

static void note_passed_over(struct payload *payload, const struct payload_names *passed_over)
{
    if (passed_over->count > 0) {
        char *joined = payload_names_join(passed_over, SHOWN_MAX);
        payload_names_add_format(&payload->notes, "passed over %s: kept for emergencies", joined);
        free(joined);
    }
}

/* Whether a kernel may be what `version` asks for: by its name, or as the only one of all. */
static bool may_be_of_version(const struct payload_founds *founds, size_t index,
                              const char *version)
{
    return founds->count == 1 ||
           payload_name_has_version(payload_base_name(founds->list[index].path), version);
}

/* The kernel of the version asked for. Of several in one file system, such as a packed one beside
 * an unpacked, it is the first; several file systems are several systems. NULL after a message. */
static struct payload_found *kernel_of_version(const struct payload_founds *founds,
                                               const char *source, const char *version)
{
    struct payload_found *found = NULL;
    for (size_t i = 0; i < founds->count; i++) {
        if (!may_be_of_version(founds, i, version)) {
            continue;
        }
        if (found != NULL && found->fs != founds->list[i].fs) {
            diag_error(NULL,
                       "%s: version %s is there twice: \"%s\" in \"%s\", and \"%s\" in \"%s\"; cut "
                       "out the partition that is meant and give it to --disk",
                       source, version, found->path, found->fs->name, founds->list[i].path,
                       founds->list[i].fs->name);
            return NULL;
        }
        found = found == NULL ? &founds->list[i] : found;
    }
    if (found == NULL) {
        char *all = payload_founds_join(founds, NULL, SHOWN_MAX);
        diag_error(NULL, "%s: no kernel of version %s; there are: %s", source, version, all);
        free(all);
    }
    return found;
}

/* The only one that a link without a version points to. */
static struct payload_found *kernel_of_link(const struct payload_founds *founds)
{
    struct payload_found *linked = NULL;
    for (size_t i = 0; i < founds->count; i++) {
        if (founds->list[i].link != NULL) {
            if (linked != NULL) {
                return NULL;
            }
            linked = &founds->list[i];
        }
    }
    return linked;
}

/* Chooses, and says why; NULL after a message. */
static struct payload_found *kernel_choose(struct payload *payload,
                                           const struct payload_founds *founds,
                                           const struct payload_source *source, const char *version)
{
    struct payload_found *found;
    char *all = payload_founds_join(founds, NULL, SHOWN_MAX);
    if (founds->count == 0) {
        diag_error(NULL,
                   "%s: no kernel found (boot/vmlinuz*, boot/Image*, or the same at the root); "
                   "name it with --kernel",
                   source->list[0].name);
        found = NULL;
    } else if (version != NULL) {
        found = kernel_of_version(founds, source->list[0].name, version);
        payload->kernel.why = payload_text("--version %s asks for it", version);
    } else if (founds->count == 1) {
        found = &founds->list[0];
        payload->kernel.why = payload_text("the only kernel there");
    } else {
        found = kernel_of_link(founds);
        if (found == NULL) {
            diag_error(NULL, "%s: several kernels: %s; choose one with --version",
                       source->list[0].name, all);
        } else {
            payload->kernel.why = payload_text("the link %s points to it", found->link);
        }
    }
    free(all);
    return found;
}

/* Reads the kernel chosen. */
static bool kernel_take(struct payload *payload, const struct payload_founds *founds,
                        const struct payload_found *found)
{
    struct payload_bytes file;
    if (!payload_fs_read(found->fs, found->path, PAYLOAD_KERNEL_MAX, &file)) {
        return false;
    }
    payload->kernel.from = payload_found_name(found);
    payload->kernel.name = payload_text("%s", payload_base_name(found->path));
    struct source at = {.file = payload->kernel.from};
    bool is_sound = payload_kernel_read(&payload->kernel, &file, &at);
    payload_bytes_free(&file);
    if (is_sound && founds->count > 1) {
        char *others = payload_founds_join(founds, found, SHOWN_MAX);
        payload_names_add_format(&payload->notes, "passed over %s: choose with --version", others);
        free(others);
    }
    return is_sound;
}

bool payload_find_kernel(struct payload *payload, struct payload_source *source,
                         const struct payload_request *request)
{
    struct payload_founds founds = {0};
    struct payload_names passed_over = {0};
    bool taken =
        founds_everywhere(&founds, &passed_over, source, kernel_names) &&
        (founds.count > 0 || founds_everywhere(&founds, &passed_over, source, debugger_names));
    if (taken) {
        struct payload_found *found = kernel_choose(payload, &founds, source, request->version);
        taken = found != NULL && kernel_take(payload, &founds, found);
    }
    note_passed_over(payload, &passed_over);
    payload_founds_free(&founds);
    payload_names_free(&passed_over);
    return taken;
}

/* Whether a file name has a version in it, whatever version: a digit, a dot, a digit. */
static bool has_some_version(const char *name)
{
    for (; *name != '\0'; name++) {
        if (isdigit((unsigned char)name[0]) && name[1] == '.' && isdigit((unsigned char)name[2])) {
            return true;
        }
    }
    return false;
}

/* Whether an initrd's name ends as the kernel's: "initramfs-lts" as "vmlinuz-lts". */
static bool is_named_alike(const struct payload_kernel *kernel, const char *name)
{
    const char *dash = kernel->name == NULL ? NULL : strchr(kernel->name, '-');
    return dash != NULL && payload_name_has_version(name, dash + 1);
}

/* Chooses the initrd of the kernel's version or name, or the only one without a version. */
static struct payload_found *initrd_choose(struct payload *payload,
                                           const struct payload_founds *founds)
{
    const char *version = payload->kernel.version;
    struct payload_found *plain = NULL;
    size_t plain_count = 0;
    for (size_t i = 0; i < founds->count; i++) {
        const char *name = payload_base_name(founds->list[i].path);
        if (version != NULL && payload_name_has_version(name, version)) {
            payload->initrd.why = payload_text("it has the kernel's version in its name");
            return &founds->list[i];
        }
        if (is_named_alike(&payload->kernel, name)) {
            payload->initrd.why = payload_text("its name ends as the kernel's does");
            return &founds->list[i];
        }
        if (version == NULL || !has_some_version(name)) {
            plain = &founds->list[i];
            plain_count++;
        }
    }
    if (plain_count != 1) {
        return NULL;
    }
    payload->initrd.why = payload_text("the only one that is of no other kernel by its name");
    return plain;
}

static void note_other_initrds(struct payload *payload, const struct payload_founds *founds,
                               const struct payload_found *found)
{
    char *others = payload_founds_join(founds, found, SHOWN_MAX);
    if (founds->count > (found == NULL ? 0 : 1)) {
        payload_names_add_format(&payload->notes, "passed over %s: %s", others,
                                 found == NULL ? "not this kernel's by their names; name one with "
                                                 "--initrd"
                                               : "not this kernel's by their names");
    }
    free(others);
}

bool payload_find_initrd(struct payload *payload, struct payload_source *source)
{
    struct payload_founds founds = {0};
    struct payload_names passed_over = {0};
    bool is_sound = founds_everywhere(&founds, &passed_over, source, initrd_names);
    struct payload_found *found = is_sound ? initrd_choose(payload, &founds) : NULL;
    note_passed_over(payload, &passed_over);
    if (is_sound) {
        note_other_initrds(payload, &founds, found);
    }
    if (found != NULL) {
        struct payload_initrd *initrd = &payload->initrd;
        initrd->from = payload_found_name(found);
        struct source at = {.file = initrd->from};
        is_sound = payload_fs_read(found->fs, found->path, PAYLOAD_INITRD_MAX, &initrd->file) &&
                   payload_initrd_walk(initrd, &at);
    }
    payload_founds_free(&founds);
    payload_names_free(&passed_over);
    return is_sound;
}

bool payload_find_modules(struct payload *payload, struct payload_source *source)
{
    static const char *const directories[] = {"lib/modules", "usr/lib/modules"};
    bool is_sound = true;
    for (size_t i = 0; is_sound && i < source->count * 2; i++) {
        struct payload_names names = {0};
        struct payload_fs *fs = &source->list[i / 2];
        is_sound = payload_fs_list(fs, directories[i % 2], &names);
        for (size_t j = 0; is_sound && j < names.count; j++) {
            enum payload_kind kind;
            char *path = payload_text("%s/%s", directories[i % 2], names.names[j]);
            free(payload_fs_resolve(fs, path, &kind));
            free(path);
            if (kind == PAYLOAD_DIRECTORY && payload->modules.count < FOUNDS_MAX &&
                isdigit((unsigned char)names.names[j][0]) &&
                !payload_names_has(&payload->modules, names.names[j])) {
                payload_names_add(&payload->modules, names.names[j]);
            }
        }
        payload_names_free(&names);
    }
    return is_sound;
}
