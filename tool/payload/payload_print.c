/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Says what was taken, and why: a line for each part, then what is worth knowing. Names come from
 * strangers' disks; no control character of theirs reaches the terminal.
 */
#include "payload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "payload_line.h"

#define SHOWN_MAX 4

void payload_line(const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        return;
    }
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    puts(text);
    free(text);
}

static void kernel_print(const struct payload_kernel *kernel)
{
    payload_line("kernel: %s from %s (%s)",
                 kernel->version == NULL ? "of unknown version" : kernel->version, kernel->from,
                 kernel->why);
    payload_line("        %s; %zu bytes, needs %llu bytes of memory at text offset 0x%llx",
                 kernel->how, kernel->image.size, (unsigned long long)kernel->image_size,
                 (unsigned long long)kernel->text_offset);
}

static void initrd_print(const struct payload_initrd *initrd)
{
    if (initrd->file.bytes == NULL) {
        payload_line("initrd: none");
        return;
    }
    char *packings = payload_names_join(&initrd->packings, SHOWN_MAX);
    char *modules = payload_names_join(&initrd->modules, SHOWN_MAX);
    payload_line("initrd: %s (%s)", initrd->from, initrd->why);
    payload_line("        %zu bytes, %zu segment%s (%s) with %zu files; modules: %s",
                 initrd->file.size, initrd->packings.count, initrd->packings.count == 1 ? "" : "s",
                 packings, initrd->entry_count,
                 initrd->modules.count > 0  ? modules
                 : initrd->vermagic != NULL ? initrd->vermagic
                                            : "none");
    free(packings);
    free(modules);
}

static void tree_print(const struct payload_tree *tree)
{
    if (tree->fdt.bytes == NULL) {
        payload_line("tree:   none");
        return;
    }
    char *compatible = payload_names_join(&tree->compatible, SHOWN_MAX);
    payload_line("tree:   %s (%s)", tree->from, tree->why);
    payload_line("        %s; %s; %zu bytes", tree->model == NULL ? "no model" : tree->model,
                 compatible, tree->fdt.size);
    free(compatible);
}

void payload_print(const struct payload *payload)
{
    kernel_print(&payload->kernel);
    initrd_print(&payload->initrd);
    tree_print(&payload->tree);
    if (payload->modules.count > 0) {
        char *modules = payload_names_join(&payload->modules, SHOWN_MAX);
        payload_line("modules: lib/modules has %s", modules);
        free(modules);
    }
    for (size_t i = 0; i < payload->notes.count; i++) {
        payload_line("note: %s", payload->notes.names[i]);
    }
}
