/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the runs say, by SoC family.
 */
#include "families.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_MAX 5

/* What a refusal is about, in a few words. The first row that fits counts. */
static const struct {
    const char *message;
    const char *words;
} reasons[] = {
    {"none that is enabled", "no GIC"},
    {"must name GICD, GICC, GICH and GICV", "its GICv2 has no virtual CPU interface in the tree"},
    {"must name the distributor", "its GICv3 has parts beyond 40 bits of PA"},
    {"beyond 40 bits", "registers beyond 40 bits of PA"},
    {"reached by calls of the firmware", "needs firmware"},
    {"messages to the GIC", "interrupts are messages to the GIC"},
    {"it belongs to the CPUs", "needs what is the CPUs'"},
    {"it drives the board's RAM", "needs the RAM controller"},
    {"share a page with the interrupt controller", "shares a page with what is kept"},
    {"it belongs to the kernel", "needs what is the kernel's"},
    {"it is memory", "is memory"},
    {"a number that the GIC does not have", "the tree names an interrupt that there is not"},
    {"no hole of", "its DMA does not reach RAM"},
    {"correct the tree", "the tree contradicts itself"},
};

/* Cuts a line at its tabs; returns how many parts there are. */
static size_t split(char *line, char *fields[FIELD_MAX])
{
    size_t count = 0;
    line[strcspn(line, "\n")] = '\0';
    while (count < FIELD_MAX) {
        fields[count++] = line;
        line += strcspn(line, "\t");
        if (*line == '\0') {
            break;
        }
        *line++ = '\0';
    }
    return count;
}

static void add_reason(struct family *family, const char *kind, const char *message)
{
    char text[sizeof(family->reasons[0].text)];
    const char *words = "another reason";
    for (size_t i = sizeof(reasons) / sizeof(reasons[0]); i-- > 0;) {
        words = strstr(message, reasons[i].message) != NULL ? reasons[i].words : words;
    }
    snprintf(text, sizeof(text), "%s%s%s", kind, kind[0] == '\0' ? "" : ": ", words);
    for (size_t i = 0; i < family->reason_count; i++) {
        if (strcmp(family->reasons[i].text, text) == 0) {
            family->reasons[i].count++;
            return;
        }
    }
    if (family->reason_count < REASON_MAX) {
        struct reason *reason = &family->reasons[family->reason_count++];
        strcpy(reason->text, text);
        reason->count = 1;
    }
}

static struct family *find_family(struct families *families, const char *directory, const char *soc)
{
    for (size_t i = 0; i < families->count; i++) {
        struct family *family = &families->entries[i];
        if (strcmp(family->directory, directory) == 0 && strcmp(family->soc, soc) == 0) {
            return family;
        }
    }
    if (families->count == families->capacity) {
        families->capacity = families->capacity == 0 ? 256 : families->capacity * 2;
        families->entries =
            realloc(families->entries, families->capacity * sizeof(*families->entries));
        if (families->entries == NULL) {
            abort();
        }
    }
    struct family *family = &families->entries[families->count++];
    memset(family, 0, sizeof(*family));
    snprintf(family->directory, sizeof(family->directory), "%s", directory);
    snprintf(family->soc, sizeof(family->soc), "%s", soc);
    return family;
}

struct family *families_take(struct families *families, struct family *family, char *line)
{
    char *fields[FIELD_MAX];
    size_t count = split(line, fields);
    if (count == 4 && strcmp(fields[0], "family") == 0) {
        family = find_family(families, fields[1], fields[2]);
        family->boards++;
        if (atoi(fields[3]) != 0) {
            family->gic = (unsigned)atoi(fields[3]);
        }
    } else if (family != NULL && count == 2 && strcmp(fields[0], "refused-board") == 0) {
        family->refused_boards++;
        add_reason(family, "", fields[1]);
    } else if (family != NULL && count == 2 && strcmp(fields[0], "all") == 0) {
        bool is_composed = strcmp(fields[1], "ok") == 0;
        family->all_composed += is_composed;
        if (!is_composed) {
            add_reason(family, "all", fields[1]);
        }
    } else if (family != NULL && count == 4 && strcmp(fields[0], "kind") == 0) {
        for (size_t kind = 0; kind < KIND_COUNT; kind++) {
            if (strcmp(fields[1], kind_names[kind]) == 0) {
                bool is_composed = strcmp(fields[3], "ok") == 0;
                family->kinds[kind].devices++;
                family->kinds[kind].composed += is_composed;
                if (!is_composed) {
                    add_reason(family, kind_names[kind], fields[3]);
                }
            }
        }
    }
    return family;
}

static int reason_compare(const void *left, const void *right)
{
    const struct reason *a = left;
    const struct reason *b = right;
    return a->count != b->count ? (a->count < b->count) - (a->count > b->count)
                                : strcmp(a->text, b->text);
}

void family_row(const struct family *family, char *text, size_t size)
{
    struct reason sorted[REASON_MAX];
    size_t length = (size_t)snprintf(text, size, "| %s | `%s` | %zu | ", family->directory,
                                     family->soc, family->boards);
    length +=
        (size_t)(family->gic == 0 ? snprintf(text + length, size - length, "none |")
                                  : snprintf(text + length, size - length, "v%u |", family->gic));
    length += (size_t)snprintf(text + length, size - length, " %zu/%zu |", family->all_composed,
                               family->boards);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        length +=
            (size_t)(family->kinds[kind].devices == 0
                         ? snprintf(text + length, size - length, " |")
                         : snprintf(text + length, size - length, " %zu/%zu |",
                                    family->kinds[kind].composed, family->kinds[kind].devices));
    }
    memcpy(sorted, family->reasons, sizeof(sorted));
    if (family->reason_count > 1) {
        qsort(sorted, family->reason_count, sizeof(*sorted), reason_compare);
    }
    for (size_t i = 0; i < family->reason_count && length + sizeof(sorted[0].text) < size; i++) {
        length += (size_t)snprintf(text + length, size - length, "%s%s (%zu)", i == 0 ? " " : "; ",
                                   sorted[i].text, sorted[i].count);
    }
    snprintf(text + length, size - length, " |\n");
}

static int family_compare(const void *left, const void *right)
{
    const struct family *a = left;
    const struct family *b = right;
    int order = strcmp(a->directory, b->directory);
    return order != 0 ? order : strcmp(a->soc, b->soc);
}

void families_print(struct families *families, FILE *out)
{
    size_t boards = 0, composed = 0;
    char row[4096];
    if (families->count > 1) {
        qsort(families->entries, families->count, sizeof(*families->entries), family_compare);
    }
    for (size_t i = 0; i < families->count; i++) {
        boards += families->entries[i].boards;
        composed += families->entries[i].all_composed;
    }
    fprintf(out,
            "# Boards\n\n"
            "What `drover compose` makes of the device trees of Debian's arm64 kernel: of %zu "
            "boards it composes\n"
            "`--give all` for %zu. `make boards-page` makes this page, and `make test-corpus` "
            "compares: it composes each of them, and each\n"
            "device by itself, and checks what comes out against a second reading of the tree.\n\n"
            "**Composed and checked is not booted.** Booted are `qemu_virt_aarch64` and `zcu102` "
            "in QEMU and `odroidc4` in our\n"
            "model of it. A board with a GICv3 is composed for reading only: this release has no "
            "kernel for it, and\n"
            "`drover build` refuses it. Where a tree leaves the RAM to the boot loader, the "
            "corpus made some up.\n\n"
            "`all`: boards for which `--give all` is composed. The other columns: how many of "
            "the devices of that kind that\n"
            "are enabled are composed as the one device that a VM is given (`--give NODE`), with "
            "what they need and nothing else.\n"
            "In the last column, how often something was refused, and why; what needs firmware "
            "is composed with `--freeze`.\n\n"
            "| directory | SoC | boards | GIC | all |",
            boards, composed);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        fprintf(out, " %s |", kind_names[kind]);
    }
    fputs(" refused |\n|---|---|---|---|---|", out);
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        fputs("---|", out);
    }
    fputs("---|\n", out);
    for (size_t i = 0; i < families->count; i++) {
        family_row(&families->entries[i], row, sizeof(row));
        fputs(row, out);
    }
}

void families_free(struct families *families)
{
    free(families->entries);
}
