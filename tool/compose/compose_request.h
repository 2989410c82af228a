/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading what is asked for: VMs on the command line, or in a file.
 *
 *     {"vms": [{"name": "disk", "give": ["/soc/mmc@ffe07000"], "take": [], "freeze": [],
 *               "ram": "512M", "vcpus": 1, "payload": "DIR", "bootargs": "...",
 *               "like_seed": false}]}
 */
#pragma once

#include "compose.h"

struct json_object;

/* A request under construction; the lists grow with it. */
struct request_reader {
    struct compose_request request;
    bool is_named;            /* the VM under construction was named, or has got something */
    const char *payload;      /* of VMs that name none; NULL: that of the first VM */
    struct json_object *file; /* owns the strings of --vms */
};

/* Begins with one VM, called "linux". */
void request_open(struct request_reader *reader);
void request_close(struct request_reader *reader);

/* Each takes one option; reports and returns false if it is wrong. */
bool request_vm(struct request_reader *reader, const char *name);
bool request_give(struct request_reader *reader, const char *name);
bool request_take(struct request_reader *reader, const char *name);
bool request_freeze(struct request_reader *reader, const char *name);
bool request_ram(struct request_reader *reader, const char *size);
bool request_vcpus(struct request_reader *reader, const char *count);
bool request_payload(struct request_reader *reader,
                     const char *directory); /* before any VM: for all */
bool request_bootargs(struct request_reader *reader, const char *text);
bool request_like_seed(struct request_reader *reader);

/* Takes the VMs of a file. */
bool request_file(struct request_reader *reader, const char *path);

/* Checks the whole, and gives a payload to VMs that name none. Reports every mistake. */
bool request_finish(struct request_reader *reader);
