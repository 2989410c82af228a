/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The artefacts, each printed from the same ownership table.
 */
#pragma once

#include <stdio.h>

#include "compose.h"

/* Names of files in the directory of results. */
#define COMPOSE_SYSTEM "composed.system" /* the system description */
#define COMPOSE_REPORT "compose.txt"
#define COMPOSE_JSON   "compose.json" /* by which the directory is known */

/* What stands behind the name of a PD in that of its program, which has its configuration. Not
 * .elf alone: whoever builds the user's programs may have a file of that name, and name its
 * directory to `drover build` as well. */
#define COMPOSE_PROGRAM ".composed.elf"

/* ---- compose_text.c: one line about a thing of the board, without its number ---- */

/* Whose the registers of a node are, and why: 'VM "linux": /soc/mmc@ffe07000, given'. What `drover
 * explain` prints and what a VMM logs. Allocated. */
char *compose_node_text(const struct compose *compose, size_t node);

/* The same for a row of the table of interrupts. */
char *compose_irq_text(const struct compose *compose, const struct irq_row *row);

/* The same for an interrupt of a node's that no VM gets. */
char *compose_other_irq_text(const struct compose *compose, size_t node, const struct devirq *irq);

/* What is said of RAM that no VM has; ownertext_ram_of() has the rest. */
char *compose_ram_free_text(const struct compose *compose);

/* The checksum of a tree, by which compose.json knows the one that it was made from. */
uint32_t compose_tree_checksum(const struct devtree *devtree);

/* Which VM or PD has the node: the first one, since only a bus has several; owner_count if none
 * has. */
size_t compose_owner_of(const struct compose *compose, size_t node);

/* What an owner is: "VM" or "PD". */
const char *compose_owner_kind(const struct compose *compose, size_t owner);

/* Why a VM has a node: 'because /a names it in "clocks"'. Allocated. */
char *compose_why_text(const struct compose *compose, size_t vm, const struct grant *grant);

/* ---- compose_sdf_serve.c: parts of the system description ---- */

void sdf_print_shared_regions(FILE *out, const struct compose *compose);
void sdf_print_shared_maps(FILE *out, const struct compose *compose, size_t pd);
void sdf_print_virtio_maps(FILE *out, const struct compose *compose, size_t vm);
void sdf_print_serving_pd(FILE *out, const struct compose *compose, size_t index);
void sdf_print_channels(FILE *out, const struct compose *compose);

/* ---- compose_report_serve.c: parts of the report ---- */

/* The virtio devices of a VM. */
void report_print_devices(FILE *out, const struct compose *compose, size_t vm);

/* Who serves whom, where anybody does. */
void report_print_serving(FILE *out, const struct compose *compose);

/* ---- compose_table_device.c: parts of the guest table ---- */

/* Bytes of the devices and bridges of a VM, with what belongs to them; a multiple of 8. */
size_t table_devices_size(const struct compose *compose, size_t vm);

/* Writes them at `offset`, a multiple of 8, and says in the table where they are. */
void table_devices_write(const struct compose *compose, size_t vm, uint8_t *bytes, size_t offset);

/* ---- Each prints a whole file; memory is allocated, its size in bytes is in `*size` ---- */

char *compose_print_system(const struct compose *compose, size_t *size);
char *compose_print_report(const struct compose *compose, size_t *size);
char *compose_print_json(const struct compose *compose, size_t *size);
char *compose_print_table(const struct compose *compose, size_t vm, size_t *size);
char *compose_print_dts(const struct compose *compose, size_t vm, size_t *size);

/* Writes all of them, and the payloads, into the directory `path`, whole or not at all. Reports and
 * returns false if that cannot be. */
bool compose_write(const struct compose *compose, const char *path);

/* Bytes on a page's behalf, in words: "512 MiB". `text` has room for 32 characters. */
const char *compose_size_text(uint64_t size, char *text);
