/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of who serves whom: first all PDs, in the order of the description, then what connects
 * them.
 */
#include "serve.h"

#include <inttypes.h>
#include <string.h>

#include "compose.h"
#include "diag.h"
#include "drover/abi.h"

#define VMM_PROGRAM "vmm.elf"

static void add_vmms(struct compose *compose)
{
    struct serve *serve = &compose->serve;
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        const char *name = compose->request->vms[vm].name;
        size_t pd = serve_add_pd(serve, serve_text("%s_vmm", name), SERVE_PRIORITY_VMM, VMM_PROGRAM,
                                 serve_text("runs VM \"%s\"", name));
        serve->pds[pd].vm = vm;
    }
}

static void add_programs(struct compose *compose)
{
    for (size_t i = 0; i < compose->request->program_count; i++) {
        const struct program_request *program = &compose->request->programs[i];
        serve_add_pd(&compose->serve, serve_text("%s", program->name),
                     program->has_priority ? program->priority : SERVE_PRIORITY_PROGRAM,
                     program->path, serve_text("a program of yours"));
    }
}

static void add_pds(struct compose *compose)
{
    serve_console_pds(compose);
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        if (compose->request->vms[vm].serves[SERVICE_BLOCK]) {
            serve_block_pds(compose, vm);
        }
        if (compose->request->vms[vm].serves[SERVICE_NET]) {
            serve_net_pds(compose, vm);
        }
    }
    add_vmms(compose);
    add_programs(compose);
}

/* Programs that may have a VM started again: a channel to its VMM. */
static void connect_restarts(struct compose *compose)
{
    struct serve *serve = &compose->serve;
    for (size_t i = 0; i < compose->request->program_count; i++) {
        const struct program_request *program = &compose->request->programs[i];
        if (program->restarts != NULL) {
            struct serve_channel *channel = serve_add_channel(serve, serve_program(compose, i),
                                                              serve_vmm(serve, program->restarted));
            channel->symbol = SERVE_RESTART_SYMBOL;
        }
    }
}

/* Names are made of names: two could come out alike. */
static bool check_region_names(const struct compose *compose)
{
    const struct source at = {.file = compose->request->path};
    const struct serve *serve = &compose->serve;
    for (size_t i = 0; i < serve->region_count; i++) {
        for (size_t k = 0; k < i && !serve->regions[i].is_declared; k++) {
            if (!serve->regions[k].is_declared &&
                strcmp(serve->regions[i].name, serve->regions[k].name) == 0) {
                diag_error(&at,
                           "two regions would be called \"%s\"; other names for VMs or programs "
                           "help",
                           serve->regions[i].name);
                return false;
            }
        }
    }
    return true;
}

/* What the kernel and configurations have room for. */
static bool check_limits(const struct compose *compose)
{
    const struct source at = {.file = compose->request->path};
    const struct serve *serve = &compose->serve;
    bool sound = true;
    if (serve->pd_count > PD_MAX) {
        diag_error(&at, "the system would have %zu PDs; at most %d are possible", serve->pd_count,
                   PD_MAX);
        sound = false;
    }
    for (size_t i = 0; i < serve->pd_count; i++) {
        const struct serve_pd *pd = &serve->pds[i];
        if (serve_find_pd(serve, pd->name) != i) {
            diag_error(&at,
                       "two PDs would be called \"%s\", one of which %s; another name for yours "
                       "helps",
                       pd->name, serve->pds[serve_find_pd(serve, pd->name)].what);
            sound = false;
        }
        if (pd->id_count > CHANNEL_MAX) {
            diag_error(&at, "PD \"%s\" would have %" PRIu32 " channels; at most %d are possible",
                       pd->name, pd->id_count, CHANNEL_MAX);
            sound = false;
        }
        if (pd->va_next > PD_USER_VA_END) {
            diag_error(&at,
                       "PD \"%s\" would have to map 0x%" PRIx64
                       " bytes, RAM of clients among them; at most 0x%" PRIx64 " are possible",
                       pd->name, pd->va_next - SERVE_VA, (uint64_t)(PD_USER_VA_END - SERVE_VA));
            sound = false;
        }
    }
    return sound;
}

bool serve_make(struct compose *compose)
{
    add_pds(compose);
    /* The kernel asks for a console first; the rest is in the order of the guest's names. */
    bool sound = serve_console_connect(compose);
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        if (compose->request->vms[vm].serves[SERVICE_BLOCK]) {
            serve_block_connect(compose, vm);
        }
        if (compose->request->vms[vm].serves[SERVICE_NET]) {
            serve_net_connect(compose, vm);
        }
    }
    connect_restarts(compose);
    return sound && serve_guests(compose) && check_limits(compose) && check_region_names(compose) &&
           serve_images(compose);
}
