/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The directory of results.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_print.h"
#include "outdir.h"

/* What stands behind the name of a VM. */
static const char *const kinds[] = {".table", ".dts", ".dtb", ".Image", ".initrd"};

/* COMPOSE_REPORT as it was called at first. */
#define EARLIER_REPORT "report.txt"

/* Whether an earlier run may have written a file of that name; which VMs it had nobody knows. */
static bool is_ours(const char *name)
{
    const char *kind = strrchr(name, '.');
    for (size_t i = 0; kind != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return true;
        }
    }
    size_t length = strlen(name), ending = strlen(COMPOSE_PROGRAM);
    if (length > ending && strcmp(name + length - ending, COMPOSE_PROGRAM) == 0) {
        return true;
    }
    return strcmp(name, COMPOSE_SYSTEM) == 0 || strcmp(name, COMPOSE_REPORT) == 0 ||
           strcmp(name, COMPOSE_JSON) == 0 || strcmp(name, EARLIER_REPORT) == 0;
}

static void put_text(struct outdir *outdir, const char *name, char *text, size_t size)
{
    outdir_put(outdir, name, text, size);
    free(text);
}

/* Puts a file of a VM, called VM.`kind`. */
static void put_vm(struct outdir *outdir, const char *vm, const char *kind, const void *bytes,
                   size_t size)
{
    char *name;
    int length = asprintf(&name, "%s.%s", vm, kind);
    alloc_checked(length < 0 ? NULL : name);
    outdir_put(outdir, name, bytes, size);
    free(name);
}

static void put_all_of_vm(struct outdir *outdir, const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    const char *name = composed->request->name;
    size_t size;
    char *table = compose_print_table(compose, vm, &size);
    put_vm(outdir, name, "table", table, size);
    free(table);
    char *dts = compose_print_dts(compose, vm, &size);
    put_vm(outdir, name, "dts", dts, size);
    free(dts);
    put_vm(outdir, name, "dtb", composed->tree, composed->tree_size);
    put_vm(outdir, name, "Image", composed->kernel.bytes, composed->kernel.size);
    if (composed->initrd.size != 0) {
        put_vm(outdir, name, "initrd", composed->initrd.bytes, composed->initrd.size);
    }
}

static void put_programs(struct outdir *outdir, const struct serve *serve)
{
    for (size_t i = 0; i < serve->pd_count; i++) {
        const struct serve_pd *pd = &serve->pds[i];
        if (pd->image != NULL) {
            char *name = serve_text("%s" COMPOSE_PROGRAM, pd->name);
            outdir_put(outdir, name, pd->image, pd->image_size);
            free(name);
        }
    }
}

bool compose_write(const struct compose *compose, const char *path)
{
    struct outdir outdir;
    bool is_open = outdir_open(&outdir, path, COMPOSE_JSON, is_ours);
    if (is_open) {
        size_t size;
        char *text = compose_print_system(compose, &size);
        put_text(&outdir, COMPOSE_SYSTEM, text, size);
        text = compose_print_report(compose, &size);
        put_text(&outdir, COMPOSE_REPORT, text, size);
        text = compose_print_json(compose, &size);
        put_text(&outdir, COMPOSE_JSON, text, size);
        for (size_t vm = 0; vm < compose->vm_count; vm++) {
            put_all_of_vm(&outdir, compose, vm);
        }
        put_programs(&outdir, &compose->serve);
    }
    return outdir_close(&outdir, is_open);
}
