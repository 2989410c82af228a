/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From the names of who serves to VMs that do: what is asked for as a whole makes sense.
 */
#include <string.h>

#include "compose_request.h"
#include "diag.h"

/* A VM or program that uses services, and how it is called in messages. */
struct user {
    const char *what, *name;
    struct uses *uses;
    size_t vm; /* its index; SIZE_MAX: a program */
};

static size_t user_count(const struct compose_request *request)
{
    return request->vm_count + request->program_count;
}

static struct user user_at(struct compose_request *request, size_t index)
{
    if (index < request->vm_count) {
        struct vm_request *vm = &request->vms[index];
        return (struct user){.what = "VM", .name = vm->name, .uses = &vm->uses, .vm = index};
    }
    struct program_request *program = &request->programs[index - request->vm_count];
    return (struct user){
        .what = "program", .name = program->name, .uses = &program->uses, .vm = SIZE_MAX};
}

/* The VM of that name; vm_count if there is none. */
static size_t vm_find(const struct compose_request *request, const char *name)
{
    size_t vm = 0;
    while (vm < request->vm_count && strcmp(request->vms[vm].name, name) != 0) {
        vm++;
    }
    return vm;
}

static bool link_use(struct compose_request *request, const struct user *user, enum service service)
{
    const struct source at = {.file = request->path};
    struct service_use *use = &user->uses->services[service];
    if (use->from == NULL) {
        return true;
    }
    use->server = vm_find(request, use->from);
    if (use->server == request->vm_count) {
        diag_error(&at, "%s \"%s\": its %s is to come from \"%s\", and there is no VM of this name",
                   user->what, user->name, serve_service_noun(service), use->from);
        return false;
    }
    if (!request->vms[use->server].serves[service]) {
        diag_error(&at,
                   "%s \"%s\": its %s is to come from VM \"%s\", which does not serve it; "
                   "\"serves\": {\"%s\": {}} there makes it",
                   user->what, user->name, serve_service_noun(service), use->from,
                   serve_service_name(service));
        return false;
    }
    if (use->server == user->vm) {
        diag_error(&at, "VM \"%s\": it uses the %s that it serves itself", user->name,
                   serve_service_noun(service));
        return false;
    }
    return true;
}

/* Whether the VM waits, by way of whom it uses, for `wanted`. */
static bool waits_for(const struct compose_request *request, size_t vm, size_t wanted, bool *seen)
{
    for (enum service service = 0; service < SERVICE_COUNT; service++) {
        const struct service_use *use = &request->vms[vm].uses.services[service];
        if (use->from == NULL || seen[use->server]) {
            continue;
        }
        seen[use->server] = true;
        if (use->server == wanted || waits_for(request, use->server, wanted, seen)) {
            return true;
        }
    }
    return false;
}

static bool check_circles(const struct compose_request *request)
{
    const struct source at = {.file = request->path};
    for (size_t vm = 0; vm < request->vm_count; vm++) {
        bool seen[COMPOSE_VM_MAX] = {false};
        if (waits_for(request, vm, vm, seen)) {
            diag_error(&at,
                       "VM \"%s\": what it uses comes from VMs that use what it serves; when one "
                       "of them starts again, each would wait for the other",
                       request->vms[vm].name);
            return false;
        }
    }
    return true;
}

/* Whether both have blocks of one disk. */
static bool share_blocks(const struct service_use *one, const struct service_use *other)
{
    return one->from != NULL && other->from != NULL && one->server == other->server &&
           (one->is_whole_disk || other->is_whole_disk || one->partition == other->partition);
}

/* Two users of a partition would each write what the other does not know of. */
static bool check_partitions(struct compose_request *request)
{
    const struct source at = {.file = request->path};
    bool sound = true;
    for (size_t i = 0; i < user_count(request); i++) {
        struct user user = user_at(request, i);
        for (size_t k = 0; k < i; k++) {
            struct user other = user_at(request, k);
            const struct service_use *use = &user.uses->services[SERVICE_BLOCK];
            if (share_blocks(use, &other.uses->services[SERVICE_BLOCK])) {
                diag_error(&at,
                           "%s \"%s\" and %s \"%s\" would have the same blocks of the disk that "
                           "VM \"%s\" serves; a partition has one user",
                           other.what, other.name, user.what, user.name, use->from);
                sound = false;
            }
        }
    }
    return sound;
}

/* Makes up the address of a network interface: locally administered (IEEE 802, 8.2), "DV", server
 * and user by their places. */
static void make_mac(struct service_use *use, size_t user)
{
    const uint8_t mac[MAC_SIZE] = {0x02, 'D', 'V', 0, (uint8_t)use->server, (uint8_t)(user + 1)};
    if (!use->has_mac) {
        memcpy(use->mac, mac, MAC_SIZE);
    }
}

/* On one network, an address is one interface's. */
static bool check_macs(struct compose_request *request)
{
    const struct source at = {.file = request->path};
    bool sound = true;
    for (size_t i = 0; i < user_count(request); i++) {
        struct user user = user_at(request, i);
        struct service_use *use = &user.uses->services[SERVICE_NET];
        make_mac(use, i);
        for (size_t k = 0; k < i && use->from != NULL; k++) {
            struct user other = user_at(request, k);
            const struct service_use *others = &other.uses->services[SERVICE_NET];
            if (others->from != NULL && others->server == use->server &&
                memcmp(others->mac, use->mac, MAC_SIZE) == 0) {
                diag_error(&at,
                           "%s \"%s\" and %s \"%s\" would have one MAC address on the network "
                           "of VM \"%s\"",
                           other.what, other.name, user.what, user.name, use->from);
                sound = false;
            }
        }
    }
    return sound;
}

/* Somebody who serves is used, or its virtualisers would have nobody. */
static bool check_served(struct compose_request *request)
{
    const struct source at = {.file = request->path};
    bool sound = true;
    for (size_t vm = 0; vm < request->vm_count; vm++) {
        for (enum service service = 0; service < SERVICE_COUNT; service++) {
            bool is_used = !request->vms[vm].serves[service];
            for (size_t i = 0; i < user_count(request) && !is_used; i++) {
                const struct service_use *use = &user_at(request, i).uses->services[service];
                is_used = use->from != NULL && use->server == vm;
            }
            if (!is_used) {
                diag_error(&at, "VM \"%s\": it serves its %s, and nobody uses it",
                           request->vms[vm].name, serve_service_noun(service));
                sound = false;
            }
        }
    }
    return sound;
}

static bool check_console(struct compose_request *request)
{
    const struct source at = {.file = request->path};
    bool sound = true, is_used = false;
    for (size_t i = 0; i < user_count(request); i++) {
        struct user user = user_at(request, i);
        is_used = is_used || user.uses->console;
        if (user.uses->console && request->console == NULL) {
            diag_error(&at,
                       "%s \"%s\": it is to have a console, and there is none; \"console\": "
                       "{\"device\": NODE} beside \"vms\" names the UART that all share",
                       user.what, user.name);
            sound = false;
        }
    }
    if (request->console != NULL && !is_used) {
        diag_error(&at, "the UART \"%s\" is to be shared, and nobody has \"console\": true",
                   request->console);
        sound = false;
    }
    return sound;
}

static bool check_names(struct compose_request *request)
{
    const struct source at = {.file = request->path};
    bool sound = true;
    for (size_t i = request->vm_count; i < user_count(request); i++) {
        struct user user = user_at(request, i);
        for (size_t k = 0; k < i; k++) {
            struct user other = user_at(request, k);
            if (strcmp(user.name, other.name) == 0) {
                diag_error(&at, "program \"%s\": there is a %s of this name", user.name,
                           other.what);
                sound = false;
            }
        }
    }
    return sound;
}

static bool link_restarts(struct compose_request *request)
{
    const struct source at = {.file = request->path};
    bool sound = true;
    for (size_t i = 0; i < request->program_count; i++) {
        struct program_request *program = &request->programs[i];
        if (program->restarts == NULL) {
            continue;
        }
        program->restarted = vm_find(request, program->restarts);
        if (program->restarted == request->vm_count) {
            diag_error(&at,
                       "program \"%s\": it is to restart \"%s\", and there is no VM of this "
                       "name",
                       program->name, program->restarts);
            sound = false;
        }
        for (size_t k = 0; k < i; k++) {
            if (request->programs[k].restarts != NULL && sound &&
                request->programs[k].restarted == program->restarted) {
                diag_error(&at,
                           "program \"%s\": program \"%s\" restarts VM \"%s\" already; a VM has "
                           "one that does",
                           program->name, request->programs[k].name, program->restarts);
                sound = false;
            }
        }
    }
    return sound;
}

bool request_link(struct compose_request *request)
{
    bool sound = check_names(request);
    for (size_t i = 0; i < user_count(request); i++) {
        struct user user = user_at(request, i);
        for (enum service service = 0; service < SERVICE_COUNT; service++) {
            sound = link_use(request, &user, service) && sound;
        }
    }
    sound = link_restarts(request) && sound;
    sound = check_console(request) && sound;
    return sound && check_circles(request) && check_partitions(request) && check_macs(request) &&
           check_served(request);
}
