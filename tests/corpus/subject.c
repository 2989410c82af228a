/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A board of the corpus.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "corpus.h"

#define RAM_SIZE (UINT64_C(1) << 30)
#define RAM_STEP (UINT64_C(256) << 20)
#define RAM_MAX  (UINT64_C(1) << 36)

static bool is_free(const struct board *board, uint64_t base)
{
    for (size_t i = 0; i < board->device_count; i++) {
        if (range_overlaps(&board->devices[i], base, RAM_SIZE)) {
            return false;
        }
    }
    return true;
}

/* Where the tree says that RAM begins, although not how much there is; UINT64_MAX: it does not. */
static uint64_t said_base(const struct subject *subject)
{
    const struct devtree *devtree = &subject->devtree;
    for (size_t i = 1; i < devtree->node_count; i++) {
        size_t length, cells = devnode_cell(devtree, 0, "#address-cells", 2);
        const char *type = devnode_string(devtree, i, "device_type");
        const void *reg = devnode_property(devtree, i, "reg", &length);
        if (type != NULL && strcmp(type, "memory") == 0 && cells <= 2 && length >= 4 * cells) {
            return tree_cells(reg, (int)cells);
        }
    }
    return UINT64_MAX;
}

/* Takes the facts of a board that its tree does not say, made up: RAM where the tree says that it
 * begins, or else where no device is. */
static bool add_facts(struct subject *subject)
{
    struct board *board = &subject->board;
    char facts[256];
    for (size_t i = 0; i < board->memory_count; i++) {
        if (board->memory[i].size >= RAM_SIZE / 2) {
            return true;
        }
    }
    uint64_t ram = said_base(subject);
    board->memory_count = 0;
    for (uint64_t base = RAM_STEP; (ram > RAM_MAX || !is_free(board, ram)) && base < RAM_MAX;
         base += RAM_STEP) {
        ram = base;
    }
    snprintf(facts, sizeof(facts),
             "{\"memory\": [[\"0x%" PRIx64 "\", \"0x%" PRIx64 "\"]], \"comment\": \"made up\"}",
             ram, RAM_SIZE);
    return board_facts_read(board, facts, strlen(facts), "made-up facts");
}

/* Lists what no guest may reach, by the oracle. */
static void list_kept(struct subject *subject)
{
    const struct oracle *oracle = &subject->oracle;
    for (size_t i = 1; i < oracle->count; i++) {
        if (oracle_is_kernels(oracle, i)) {
            oracle_regs(oracle, i, UINT64_MAX, &subject->kept);
        }
    }
    for (int i = 0; i < fdt_num_mem_rsv(oracle->fdt); i++) {
        uint64_t base, size;
        if (fdt_get_mem_rsv(oracle->fdt, i, &base, &size) == 0) {
            spans_add(&subject->reserved, base, size);
        }
    }
    int parent = oracle_at(oracle, fdt_path_offset(oracle->fdt, "/reserved-memory"));
    for (size_t i = 1; parent >= 0 && i < oracle->count; i++) {
        if (oracle->nodes[i].parent == parent && oracle->nodes[i].enabled) {
            oracle_regs(oracle, i, UINT64_MAX, &subject->reserved);
        }
    }
    for (size_t i = 0; i < subject->board.memory_count; i++) {
        spans_add(&subject->kept, subject->board.memory[i].base, subject->board.memory[i].size);
    }
}

bool subject_open(struct subject *subject, const char *path, const char *payload)
{
    *subject = (struct subject){.path = path, .payload = payload};
    strcpy(subject->board.name, "corpus");
    if (!file_map(&subject->file, path, NULL) ||
        !devtree_open(&subject->devtree, subject->file.bytes, subject->file.size, path) ||
        !board_tree_read(&subject->board, subject->file.bytes, subject->file.size, path) ||
        !add_facts(subject) || !board_finish(&subject->board, path)) {
        return false;
    }
    oracle_open(&subject->oracle, subject->file.bytes);
    list_kept(subject);
    return true;
}

void subject_close(struct subject *subject)
{
    oracle_close(&subject->oracle);
    spans_free(&subject->kept);
    spans_free(&subject->reserved);
    devtree_close(&subject->devtree);
    file_unmap(&subject->file);
}

void subject_fail(struct subject *subject, const char *run, const char *format, ...)
{
    va_list arguments;
    subject->failure_count++;
    printf("fail\t%s\t", run);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}
