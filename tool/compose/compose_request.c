/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading what is asked for, option by option.
 */
#include "compose_request.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "drover/abi.h"

#define RAM_SIZE_MAX (UINT64_C(1) << 38) /* what a VMM has room for: compose_sdf.c */

static struct vm_request *current(struct request_reader *reader)
{
    reader->is_named = true;
    return &reader->request.vms[reader->request.vm_count - 1];
}

static void vm_begin(struct request_reader *reader, const char *name)
{
    reader->request.vms[reader->request.vm_count++] =
        (struct vm_request){.name = name, .ram_size = COMPOSE_RAM_SIZE, .vcpu_count = 1};
}

void request_open(struct request_reader *reader)
{
    *reader = (struct request_reader){0};
    vm_begin(reader, "linux");
}

void request_close(struct request_reader *reader)
{
    for (size_t i = 0; i < reader->request.vm_count; i++) {
        free(reader->request.vms[i].give.entries);
        free(reader->request.vms[i].take.entries);
        free(reader->request.vms[i].freeze.entries);
    }
    json_object_put(reader->file);
}

bool request_is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);
    return length != 0 && length <= REQUEST_NAME_MAX && strspn(name, allowed) == length &&
           name[0] != '-';
}

bool request_vm(struct request_reader *reader, const char *name)
{
    if (!request_is_name(name)) {
        diag_error(NULL,
                   "--vm %s: letters, digits, \"_\" and \"-\", at most %d of them, are expected",
                   name, REQUEST_NAME_MAX);
        return false;
    }
    if (!reader->is_named) {
        current(reader)->name = name; /* nothing has been said of the one that was there */
        return true;
    }
    for (size_t i = 0; i < reader->request.vm_count; i++) {
        if (strcmp(reader->request.vms[i].name, name) == 0) {
            diag_error(NULL, "--vm %s: there is a VM of this name", name);
            return false;
        }
    }
    if (reader->request.vm_count == COMPOSE_VM_MAX) {
        diag_error(NULL, "--vm %s: more than %d VMs", name, COMPOSE_VM_MAX);
        return false;
    }
    vm_begin(reader, name);
    return true;
}

static void add(struct names_asked *names, const char *name)
{
    names->entries =
        alloc_checked(realloc(names->entries, (names->count + 1) * sizeof(*names->entries)));
    names->entries[names->count++] = name;
}

bool request_give(struct request_reader *reader, const char *name)
{
    struct vm_request *vm = current(reader);
    if (strcmp(name, "all") == 0) {
        vm->gives_all = true;
    } else {
        add(&vm->give, name);
    }
    return true;
}

bool request_take(struct request_reader *reader, const char *name)
{
    add(&current(reader)->take, name);
    return true;
}

bool request_freeze(struct request_reader *reader, const char *name)
{
    add(&current(reader)->freeze, name);
    return true;
}

bool request_ram(struct request_reader *reader, const char *size)
{
    char *end;
    errno = 0;
    uint64_t bytes = strtoull(size, &end, 0);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
    bool is_number = size[0] >= '0' && size[0] <= '9' && errno == 0 && end[shift != 0] == '\0' &&
                     bytes <= RAM_SIZE_MAX >> shift;
    bytes = is_number ? bytes << shift : 0;
    if (bytes == 0 || bytes % PAGE_SIZE_2M != 0) {
        diag_error(NULL,
                   "--ram %s: a multiple of 2 MiB, at most 256G, is expected, such as 512M or 1G",
                   size);
        return false;
    }
    current(reader)->ram_size = bytes;
    return true;
}

bool request_vcpus(struct request_reader *reader, const char *count)
{
    char *end;
    unsigned long value = strtoul(count, &end, 10);
    if (count[0] < '0' || count[0] > '9' || *end != '\0' || value < 1 || value > VCPU_MAX) {
        diag_error(NULL, "--vcpus %s: a number from 1 to %d is expected", count, VCPU_MAX);
        return false;
    }
    current(reader)->vcpu_count = (uint32_t)value;
    return true;
}

bool request_payload(struct request_reader *reader, const char *directory)
{
    if (reader->is_named) {
        current(reader)->payload = directory;
    } else {
        reader->payload = directory;
    }
    return true;
}

bool request_bootargs(struct request_reader *reader, const char *text)
{
    current(reader)->bootargs = text;
    return true;
}

bool request_like_seed(struct request_reader *reader)
{
    current(reader)->like_seed = true;
    return true;
}

/* Whether the VM has something of others': it may then do without devices. */
static bool is_client(const struct vm_request *vm)
{
    bool uses = vm->uses.console;
    for (enum service service = 0; service < SERVICE_COUNT; service++) {
        uses = uses || vm->uses.services[service].from != NULL;
    }
    return uses;
}

bool request_finish(struct request_reader *reader)
{
    struct compose_request *request = &reader->request;
    const char *payload = reader->payload != NULL ? reader->payload : request->vms[0].payload;
    bool sound = true;
    for (size_t i = 0; i < request->vm_count; i++) {
        struct vm_request *vm = &request->vms[i];
        if (vm->give.count == 0 && !vm->gives_all && !is_client(vm)) {
            diag_error(NULL, "VM \"%s\" is given nothing; --give NODE, or --give all", vm->name);
            sound = false;
        }
        if (vm->payload == NULL) {
            vm->payload = payload;
        }
    }
    return request_link(request) && sound;
}
