/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a recipe: a subset of mtree(5) that bsdtar understands as well.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "initramfs.h"
#include "source.h"

#define BLANKS " \t\r"

/* Values of /set lines. */
struct defaults {
    struct recipe_entry entry;
};

static const struct {
    const char *name;
    enum recipe_type type;
} types[] = {{"dir", RECIPE_DIRECTORY}, {"file", RECIPE_FILE}, {"link", RECIPE_LINK}};

static bool number_read(const struct source *at, const char *keyword, const char *value, int base,
                        uint64_t most, uint64_t *number)
{
    char *end;
    *number = strtoull(value, &end, base);
    if (*value < '0' || *value > '9' || *end != '\0' || *number > most) {
        diag_error(at, "%s=%s: expected %s number of at most %" PRIu64, keyword, value,
                   base == 8 ? "an octal" : "a", most);
        return false;
    }
    return true;
}

static bool type_read(const struct source *at, const char *value, enum recipe_type *type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(value, types[i].name) == 0) {
            *type = types[i].type;
            return true;
        }
    }
    diag_error(at, "type=%s: expected dir, file or link", value);
    return false;
}

static bool text_set(char **text, const char *value)
{
    free(*text);
    *text = alloc_checked(strdup(value));
    return true;
}

/* Takes "keyword=value" into `entry`. */
static bool keyword_read(struct recipe_entry *entry, char *word)
{
    char *value = strchr(word, '=');
    uint64_t number = 0;
    bool is_sound;
    if (value == NULL || value[1] == '\0') {
        diag_error(&entry->at, "\"%s\": expected KEYWORD=VALUE", word);
        return false;
    }
    *value++ = '\0';
    if (strcmp(word, "type") == 0) {
        return type_read(&entry->at, value, &entry->type);
    }
    if (strcmp(word, "link") == 0) {
        return text_set(&entry->link, value);
    }
    if (strcmp(word, "contents") == 0) {
        return text_set(&entry->contents, value);
    }
    if (strcmp(word, "mode") == 0) {
        is_sound = number_read(&entry->at, word, value, 8, 07777, &number);
        entry->mode = (unsigned)number;
    } else if (strcmp(word, "uid") == 0) {
        is_sound = number_read(&entry->at, word, value, 10, UINT32_MAX, &number);
        entry->uid = (unsigned)number;
    } else if (strcmp(word, "gid") == 0) {
        is_sound = number_read(&entry->at, word, value, 10, UINT32_MAX, &number);
        entry->gid = (unsigned)number;
    } else if (strcmp(word, "time") == 0) {
        is_sound = number_read(&entry->at, word, value, 10, UINT32_MAX, &entry->time);
    } else if (strcmp(word, "nlink") == 0) {
        is_sound = number_read(&entry->at, word, value, 10, 1, &number);
    } else {
        diag_error(&entry->at,
                   "\"%s\": keywords are type, mode, uid, gid, time, nlink, link and contents",
                   word);
        is_sound = false;
    }
    return is_sound;
}

static bool keywords_read(struct recipe_entry *entry, char *rest)
{
    bool is_sound = true;
    char *word;
    while ((word = strsep(&rest, BLANKS)) != NULL) {
        is_sound = (*word == '\0' || keyword_read(entry, word)) && is_sound;
    }
    return is_sound;
}

/* "./bin/sh" is "bin/sh"; NULL for a path that leads out of the archive. */
static char *path_clean(const char *path)
{
    while (strncmp(path, "./", 2) == 0) {
        path += 2;
    }
    bool leads_out = path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 ||
                     strstr(path, "/../") != NULL ||
                     (strlen(path) > 2 && strcmp(path + strlen(path) - 3, "/..") == 0);
    return leads_out || strlen(path) > PAYLOAD_PATH_MAX
               ? NULL
               : alloc_checked(strdup(path[0] == '\0' ? "." : path));
}

static bool entry_check(const struct recipe_entry *entry)
{
    bool needs_link = entry->type == RECIPE_LINK, needs_contents = entry->type == RECIPE_FILE;
    if (needs_link != (entry->link != NULL) || needs_contents != (entry->contents != NULL)) {
        diag_error(&entry->at,
                   "\"%s\": a link has link=, a file has contents=, and nothing else "
                   "has either",
                   entry->path);
        return false;
    }
    return true;
}

static bool line_read(struct recipe *recipe, struct recipe_entry *defaults, char *line)
{
    char *word = strsep(&line, BLANKS);
    if (strcmp(word, "/set") == 0) {
        defaults->at = (struct source){.file = recipe->path, .line = defaults->at.line};
        return keywords_read(defaults, line);
    }
    struct recipe_entry entry = *defaults;
    entry.path = path_clean(word);
    bool is_sound = keywords_read(&entry, line);
    if (entry.path == NULL) {
        diag_error(&entry.at, "\"%s\" leads out of the archive; expected ./PATH", word);
        entry.path = alloc_checked(strdup(word));
        is_sound = false;
    }
    recipe->entries =
        alloc_grow(recipe->entries, recipe->count, &recipe->capacity, sizeof(*recipe->entries));
    recipe->entries[recipe->count++] = entry;
    return is_sound && entry_check(&entry);
}

bool recipe_read(struct recipe *recipe, const char *path)
{
    struct source_text text;
    *recipe = (struct recipe){.path = alloc_checked(strdup(path))};
    if (!source_text_load(&text, path)) {
        return false;
    }
    bool is_sound = source_text_check(&text);
    struct recipe_entry defaults = {.mode = 0755, .at = {.file = recipe->path}};
    char *rest = text.bytes, *line;
    while (is_sound && (line = strsep(&rest, "\n")) != NULL) {
        line += strspn(line, BLANKS);
        defaults.at.line++;
        if (*line != '\0' && *line != '#') {
            is_sound = line_read(recipe, &defaults, line);
        }
    }
    free(defaults.link);
    free(defaults.contents);
    source_text_free(&text);
    return is_sound;
}

void recipe_free(struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->count; i++) {
        free(recipe->entries[i].path);
        free(recipe->entries[i].link);
        free(recipe->entries[i].contents);
    }
    free(recipe->entries);
    free(recipe->path);
}
