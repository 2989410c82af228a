/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading what is asked for: VMs on the command line, or in a file.
 *
 *     {"console": {"device": "/pl011@9000000"},
 *      "vms": [{"name": "disk", "give": ["/soc/mmc@ffe07000"], "take": [], "freeze": [],
 *               "ram": "512M", "vcpus": 1, "payload": "DIR", "bootargs": "...",
 *               "like_seed": false, "priority": 2, "console": true,
 *               "serves": {"block": {}, "network": {}},
 *               "uses": {"block": {"from": "other", "partition": 1},
 *                        "network": {"from": "other", "mac": "02:00:00:00:00:01"}}}],
 *      "programs": [{"name": "reader", "program": "reader.elf", "priority": 5, "console": true,
 *                    "restarts": "disk", "uses": {"block": {"from": "disk", "partition": 2}}}]}
 */
#pragma once

#include "compose.h"

struct json_object;
struct source;

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

/* Takes the VMs and programs of a file. */
bool request_file(struct request_reader *reader, const char *path);

/* Checks the whole, gives a payload to VMs that name none, and finds who serves. Reports every
 * mistake. */
bool request_finish(struct request_reader *reader);

/* ---- compose_request_serve.c: who serves and who uses ---- */

/* Where in a file something stands, for messages. */
struct request_place {
    const struct source *at;
    char of[80]; /* 'VM "linux": ', or nothing for the file itself */
};

/* Whether `value` is a string that ends where C has it end. */
bool request_is_string(struct json_object *value);

/* Reports that the value of a key is wrong; returns false. */
bool request_refuse(const struct request_place *place, const char *key, struct json_object *value,
                    const char *expected);

/* Each takes the value of one key; reports and returns false if it is wrong. */
bool request_take_flag(const struct request_place *place, const char *key,
                       struct json_object *value, bool *flag);
bool request_take_priority(const struct request_place *place, struct json_object *value,
                           bool *has_priority, uint32_t *priority);
bool request_take_serves(const struct request_place *place, struct json_object *value,
                         bool *serves);
bool request_take_uses(const struct request_place *place, struct json_object *value,
                       struct uses *uses);

/* ---- compose_request_program.c: what the file has beside VMs ---- */

#define REQUEST_NAME_MAX 40 /* of a VM or program; regions are called NAME_ADDRESS */
#define REQUEST_NAME_EXPECTED                                                                      \
    "a name of letters, digits, \"_\" and \"-\", at most 40 of them, not beginning with \"-\","

/* Whether files and regions can be called after it. */
bool request_is_name(const char *name);

bool request_take_console(struct request_reader *reader, const struct source *at,
                          struct json_object *value);
bool request_take_programs(struct request_reader *reader, const struct source *at,
                           struct json_object *value);

/* ---- compose_request_link.c ---- */

/* Finds who serves, and checks what is asked for as a whole. Reports every mistake. */
bool request_link(struct compose_request *request);
