/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A flattened device tree as source text (Devicetree Specification 0.4, 6). A property has no type:
 * what reads as strings is printed as strings, what has whole cells as cells, the rest as bytes.
 */
#include "dts.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdbool.h>
#include <stdlib.h>

static void print_indent(FILE *out, int depth)
{
    for (int i = 0; i < depth; i++) {
        fputc('\t', out);
    }
}

/* Whether the bytes are one or more printable strings, none of them empty. */
static bool is_text(const char *bytes, int length)
{
    if (length == 0 || bytes[length - 1] != '\0') {
        return false;
    }
    for (int i = 0; i < length; i++) {
        bool is_end = bytes[i] == '\0';
        if (is_end ? i == 0 || bytes[i - 1] == '\0' : bytes[i] < 0x20 || bytes[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static void print_text(FILE *out, const char *bytes, int length)
{
    fputs(" = \"", out);
    for (int i = 0; i < length - 1; i++) {
        if (bytes[i] == '\0') {
            fputs("\", \"", out);
        } else {
            if (bytes[i] == '"' || bytes[i] == '\\') {
                fputc('\\', out);
            }
            fputc(bytes[i], out);
        }
    }
    fputc('"', out);
}

static void print_cells(FILE *out, const fdt32_t *cells, int count)
{
    fputs(" = <", out);
    for (int i = 0; i < count; i++) {
        fprintf(out, "%s0x%" PRIx32, i == 0 ? "" : " ", fdt32_ld(&cells[i]));
    }
    fputc('>', out);
}

static void print_bytes(FILE *out, const uint8_t *bytes, int length)
{
    fputs(" = [", out);
    for (int i = 0; i < length; i++) {
        fprintf(out, "%s%02x", i == 0 ? "" : " ", bytes[i]);
    }
    fputc(']', out);
}

static void print_properties(FILE *out, const void *fdt, int node, int depth)
{
    int property;
    fdt_for_each_property_offset(property, fdt, node)
    {
        const char *name;
        int length;
        const void *value = fdt_getprop_by_offset(fdt, property, &name, &length);
        if (value == NULL) {
            continue;
        }
        print_indent(out, depth);
        fputs(name, out);
        if (is_text(value, length)) {
            print_text(out, value, length);
        } else if (length != 0 && length % 4 == 0) {
            print_cells(out, value, length / 4);
        } else if (length != 0) {
            print_bytes(out, value, length);
        }
        fputs(";\n", out);
    }
}

static void print_note(FILE *out, const void *fdt, int node, dts_note_t note, void *data)
{
    char *text = note == NULL ? NULL : note(fdt, node, data);
    if (text != NULL) {
        fputs(" // ", out);
        for (const char *at = text; *at != '\0'; at++) {
            fputc((unsigned char)*at < 0x20 || *at == '\\' ? '?' : *at, out);
        }
    }
    free(text);
    fputc('\n', out);
}

void dts_print(FILE *out, const void *fdt, dts_note_t note, void *data)
{
    int depth = 0, open = 0;
    fputs("/dts-v1/;\n\n", out);
    for (int i = 0; i < fdt_num_mem_rsv(fdt); i++) {
        uint64_t base, size;
        if (fdt_get_mem_rsv(fdt, i, &base, &size) == 0) {
            fprintf(out, "/memreserve/ 0x%" PRIx64 " 0x%" PRIx64 ";\n", base, size);
        }
    }
    for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(fdt, node, &depth)) {
        for (; open > depth; open--) {
            print_indent(out, open - 1);
            fputs("};\n", out);
        }
        if (node != 0) {
            fputc('\n', out);
        }
        print_indent(out, depth);
        fprintf(out, "%s {", node == 0 ? "/" : fdt_get_name(fdt, node, NULL));
        print_note(out, fdt, node, note, data);
        print_properties(out, fdt, node, depth + 1);
        open = depth + 1;
    }
    for (; open > 0; open--) {
        print_indent(out, open - 1);
        fputs("};\n", out);
    }
}
