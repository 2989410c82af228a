/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Making JSON: what compose_json.c and compose_json_serve.c have in common. All that is made is
 * somebody's to release, which whoever it is added to does.
 */
#pragma once

#include "compose_print.h"

struct json_object;

struct json_object *json_map_new(void);
struct json_object *json_list_new(void);
void json_add_number(struct json_object *to, const char *key, uint64_t value);
void json_add_text(struct json_object *to, const char *key, const char *value);

/* ---- compose_json_serve.c ---- */

struct json_object *json_pds(const struct compose *compose);
struct json_object *json_channels(const struct compose *compose);
struct json_object *json_devices(const struct compose *compose, size_t vm);
struct json_object *json_uses(const struct compose *compose, const struct uses *uses);
