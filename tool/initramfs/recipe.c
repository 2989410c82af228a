/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a recipe: a subset of mtree(5), of which each line says all by itself and the /set lines.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "initramfs.h"
#include "lines.h"

static const struct {
    const char *name;
    enum recipe_type type;
} types[] = {{"dir", RECIPE_DIRECTORY}, {"file", RECIPE_FILE}, {"link", RECIPE_LINK}};

static bool number_read(const struct source *at, const char *keyword, const char *value,
                        uint64_t most, uint64_t *number)
{
    char *end;
    *number = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || *number > most) {
        diag_error(at, "%s=%s: expected a number of at most %" PRIu64, keyword, value, most);
        return false;
    }
    return true;
}

static bool mode_read(struct recipe_entry *entry, const char *value)
{
    char *end;
    unsigned long mode = strtoul(value, &end, 8);
    if (*value < '0' || *value > '7' || *end != '\0' || mode > 07777) {
        diag_error(&entry->at, "mode=%s: expected octal permissions of at most 7777", value);
        return false;
    }
    entry->mode = (unsigned)mode;
    return true;
}

static bool type_read(struct recipe_entry *entry, const char *value)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(value, types[i].name) == 0) {
            entry->type = types[i].type;
            return true;
        }
    }
    diag_error(&entry->at, "type=%s: expected dir, file or link", value);
    return false;
}

/* Takes a keyword that a /set line may have, too. `is_known` says whether it is one. */
static bool common_read(struct recipe_entry *entry, const char *word, const char *value,
                        bool *is_known)
{
    uint64_t number = 0;
    bool is_sound;
    *is_known = true;
    if (strcmp(word, "type") == 0) {
        return type_read(entry, value);
    }
    if (strcmp(word, "mode") == 0) {
        return mode_read(entry, value);
    }
    if (strcmp(word, "time") == 0) {
        return number_read(&entry->at, word, value, UINT32_MAX, &entry->time);
    }
    if (strcmp(word, "uid") == 0) {
        is_sound = number_read(&entry->at, word, value, UINT32_MAX, &number);
        entry->uid = (unsigned)number;
        return is_sound;
    }
    if (strcmp(word, "gid") == 0) {
        is_sound = number_read(&entry->at, word, value, UINT32_MAX, &number);
        entry->gid = (unsigned)number;
        return is_sound;
    }
    *is_known = strcmp(word, "nlink") == 0;
    if (*is_known && strcmp(value, "1") != 0) {
        diag_error(&entry->at, "nlink=%s: expected 1; a file has one name here", value);
        return false;
    }
    return *is_known;
}

/* Takes "keyword=value" into `entry`; of a /set line, `is_set`, only what has no place of its own.
 */
static bool keyword_read(struct recipe_entry *entry, char *word, bool is_set)
{
    char *value = strchr(word, '=');
    bool is_known;
    if (value == NULL || value[1] == '\0') {
        diag_error(&entry->at, "\"%s\": expected KEYWORD=VALUE", word);
        return false;
    }
    if (strchr(value, '\\') != NULL) {
        diag_error(&entry->at, "%s: a value has no blanks and no escapes; rename the file", word);
        return false;
    }
    *value++ = '\0';
    bool is_sound = common_read(entry, word, value, &is_known);
    if (is_known) {
        return is_sound;
    }
    char **text = strcmp(word, "link") == 0       ? &entry->link
                  : strcmp(word, "contents") == 0 ? &entry->contents
                                                  : NULL;
    if (text == NULL || is_set) {
        diag_error(&entry->at, "\"%s\": expected type, mode, uid, gid, time%s", word,
                   is_set ? " or nlink in a /set line" : ", nlink, link or contents");
        return false;
    }
    free(*text);
    *text = alloc_checked(strdup(value));
    return true;
}

static bool keywords_read(struct recipe_entry *entry, char *rest, bool is_set)
{
    bool is_sound = true;
    char *word;
    while ((word = strsep(&rest, LINES_BLANKS)) != NULL) {
        is_sound = (*word == '\0' || keyword_read(entry, word, is_set)) && is_sound;
    }
    return is_sound;
}

/* Whether every component of "a/b" is a name; one that is none leads elsewhere than it says. */
static bool has_names(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, "/");
        if (length == 0 || length > RECIPE_NAME_MAX || strncmp(path, ".", length) == 0 ||
            (length == 2 && strncmp(path, "..", 2) == 0)) {
            return false;
        }
        if (path[length] == '\0') {
            return true;
        }
        path += length + 1;
    }
}

/* "./bin/sh" is "bin/sh" and "." the root; allocated. NULL, after a report, for what is no path in
 * the archive: mtree(5) reads names without a '/' differently, depending on the lines above. */
static char *path_read(const struct source *at, const char *word)
{
    if (strcmp(word, ".") == 0) {
        return alloc_checked(strdup(word));
    }
    if (strncmp(word, "./", 2) != 0 || !has_names(word + 2) || strlen(word + 2) > RECIPE_PATH_MAX ||
        strchr(word, '\\') != NULL) {
        diag_error(at,
                   "\"%s\": expected /set, or ./PATH of at most %d characters without \"..\", "
                   "escapes and empty components",
                   word, RECIPE_PATH_MAX);
        return NULL;
    }
    if (strcmp(word, "./TRAILER!!!") == 0) { /* buffer-format.rst */
        diag_error(at, "\"%s\" is what the format ends an archive with; rename it", word);
        return NULL;
    }
    return alloc_checked(strdup(word + 2));
}

static bool line_read(struct recipe *recipe, struct recipe_entry *defaults, char *line)
{
    char *word = strsep(&line, LINES_BLANKS);
    if (strcmp(word, "/set") == 0) {
        return keywords_read(defaults, line, true);
    }
    struct recipe_entry entry = *defaults;
    entry.path = path_read(&entry.at, word);
    bool is_sound = keywords_read(&entry, line, false) && entry.path != NULL;
    if (entry.path == NULL) {
        free(entry.link);
        free(entry.contents);
        return false;
    }
    recipe->entries =
        alloc_grow(recipe->entries, recipe->count, &recipe->capacity, sizeof(*recipe->entries));
    recipe->entries[recipe->count++] = entry;
    return is_sound;
}

bool recipe_read(struct recipe *recipe, const char *path)
{
    struct lines lines;
    *recipe = (struct recipe){.path = alloc_checked(strdup(path))};
    if (!lines_open(&lines, recipe->path, "a recipe")) {
        return false;
    }
    struct recipe_entry defaults = {.mode = 0755};
    bool is_sound = true;
    char *line;
    while ((line = lines_next(&lines)) != NULL) {
        defaults.at = lines.at;
        is_sound = line_read(recipe, &defaults, line) && is_sound;
    }
    lines_close(&lines);
    return is_sound && recipe_check(recipe);
}

void recipe_free(struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->count; i++) {
        free(recipe->entries[i].path);
        free(recipe->entries[i].link);
        free(recipe->entries[i].contents);
    }
    free(recipe->entries);
    free(recipe->by_path);
    free(recipe->path);
    *recipe = (struct recipe){0};
}
