/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The part of the report that says who serves whom, and who has whose memory for it.
 */
#include <inttypes.h>

#include "compose_print.h"
#include "drover/abi.h"

/* A user of a service: "VM "client" (partition 1)". */
static void print_user(FILE *out, const char *what, const char *name, const struct uses *uses,
                       enum service service, size_t server)
{
    const struct service_use *use = &uses->services[service];
    if (use->from == NULL || use->server != server) {
        return;
    }
    fprintf(out, "        %s \"%s\"", what, name);
    if (service == SERVICE_BLOCK && use->is_whole_disk) {
        fputs(", all of it", out);
    } else if (service == SERVICE_BLOCK) {
        fprintf(out, ", partition %" PRIu32, use->partition);
    }
    if (service == SERVICE_NET) {
        fputs(", MAC address ", out);
        for (size_t i = 0; i < MAC_SIZE; i++) {
            fprintf(out, "%s%02x", i == 0 ? "" : ":", use->mac[i]);
        }
    }
    fputc('\n', out);
}

/* Who shares the UART, by the numbers under which the input is switched. */
static void print_console(FILE *out, const struct compose *compose)
{
    const struct compose_request *request = compose->request;
    size_t number = 0;
    if (request->console == NULL) {
        return;
    }
    fprintf(out, "    PD \"%s\" lends the UART to\n", compose->driver.name);
    for (size_t i = 0; i < request->vm_count; i++) {
        if (request->vms[i].uses.console) {
            fprintf(out, "        VM \"%s\", number %zu\n", request->vms[i].name, number++);
        }
    }
    for (size_t i = 0; i < request->program_count; i++) {
        if (request->programs[i].uses.console) {
            fprintf(out, "        program \"%s\", number %zu\n", request->programs[i].name,
                    number++);
        }
    }
}

static void print_services(FILE *out, const struct compose *compose)
{
    const struct compose_request *request = compose->request;
    for (size_t vm = 0; vm < request->vm_count; vm++) {
        for (enum service service = 0; service < SERVICE_COUNT; service++) {
            if (!request->vms[vm].serves[service]) {
                continue;
            }
            fprintf(out, "    VM \"%s\" serves its %s to\n", request->vms[vm].name,
                    serve_service_noun(service));
            for (size_t i = 0; i < request->vm_count; i++) {
                print_user(out, "VM", request->vms[i].name, &request->vms[i].uses, service, vm);
            }
            for (size_t i = 0; i < request->program_count; i++) {
                print_user(out, "program", request->programs[i].name, &request->programs[i].uses,
                           service, vm);
            }
        }
    }
}

static void print_pds(FILE *out, const struct serve *serve)
{
    fputs("\n  Protection domains, by priority: guests run below all but programs that were given "
          "less\n",
          out);
    for (int64_t priority = PRIORITY_MAX; priority >= 0; priority--) {
        for (size_t i = 0; i < serve->pd_count; i++) {
            const struct serve_pd *pd = &serve->pds[i];
            if (pd->priority == priority) {
                fprintf(out, "    %3" PRId64 "  %-28s %s\n", priority, pd->name, pd->what);
            }
        }
    }
}

/* Regions with somebody's data: who else reaches it is trusted with it. */
static void print_shared(FILE *out, const struct serve *serve)
{
    char size[32];
    size_t others = 0;
    fputs("\n  Whose data others reach\n", out);
    for (size_t i = 0; i < serve->region_count; i++) {
        const struct serve_region *region = &serve->regions[i];
        if (!region->is_data) {
            others++;
            continue;
        }
        fprintf(out, "    %-30s %-8s %s:", region->name, compose_size_text(region->size, size),
                region->what);
        for (size_t k = 0; k < serve->map_count; k++) {
            if (serve->maps[k].region == i) {
                fprintf(out, " %s %s", serve->pds[serve->maps[k].pd].name,
                        serve->maps[k].is_writable ? "rw" : "r");
            }
        }
        fprintf(out, "%s\n", region->is_declared ? ", beside its VM and VMM" : "");
    }
    fprintf(out, "    and %zu regions with queues, notices and virtio registers\n", others);
}

void report_print_devices(FILE *out, const struct compose *compose, size_t vm)
{
    const struct serve *serve = &compose->serve;
    bool is_first = true;
    for (size_t i = 0; i < serve->device_count; i++) {
        const struct serve_device *device = &serve->devices[i];
        if (device->vm == vm) {
            fprintf(out, "%s    GPA 0x%" PRIx64 ", interrupt %" PRIu32 "  %s\n",
                    is_first ? "\n  Virtio devices\n" : "", device->gpa, device->intid,
                    serve_device_name(device->kind));
            is_first = false;
        }
    }
}

void report_print_serving(FILE *out, const struct compose *compose)
{
    if (compose->serve.pd_count == compose->vm_count) {
        return; /* only VMMs: nobody serves anybody */
    }
    fputs("\nWho serves whom\n", out);
    print_console(out, compose);
    print_services(out, compose);
    print_pds(out, &compose->serve);
    print_shared(out, &compose->serve);
}
