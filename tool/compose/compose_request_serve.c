/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading who serves and who uses out of the file of VMs: the keys "serves" and "uses", which VMs
 * and programs have alike.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "compose_request.h"
#include "diag.h"
#include "drover/abi.h"

#define PARTITION_MAX 128 /* entries of a GUID partition table as everybody makes them */

bool request_is_string(struct json_object *value)
{
    return json_object_is_type(value, json_type_string) &&
           strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

bool request_refuse(const struct request_place *place, const char *key, struct json_object *value,
                    const char *expected)
{
    const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE);
    diag_error(place->at, "%s\"%s\" is %.80s; %s is expected", place->of, key, text, expected);
    return false;
}

/* Reports a key that nobody knows; returns false. */
static bool refuse_key(const struct request_place *place, const char *key, const char *object,
                       const char *known)
{
    diag_error(place->at, "%sunknown key \"%s\" of \"%s\"; known are %s", place->of, key, object,
               known);
    return false;
}

bool request_take_flag(const struct request_place *place, const char *key,
                       struct json_object *value, bool *flag)
{
    if (!json_object_is_type(value, json_type_boolean)) {
        return request_refuse(place, key, value, "true or false");
    }
    *flag = json_object_get_boolean(value);
    return true;
}

static bool take_number(const struct request_place *place, const char *key,
                        struct json_object *value, int64_t least, int64_t most, uint32_t *number)
{
    int64_t taken = json_object_get_int64(value);
    if (!json_object_is_type(value, json_type_int) || taken < least || taken > most) {
        char expected[64];
        snprintf(expected, sizeof(expected), "a number from %lld to %lld", (long long)least,
                 (long long)most);
        return request_refuse(place, key, value, expected);
    }
    *number = (uint32_t)taken;
    return true;
}

bool request_take_priority(const struct request_place *place, struct json_object *value,
                           bool *has_priority, uint32_t *priority)
{
    *has_priority = true;
    return take_number(place, "priority", value, 0, PRIORITY_MAX, priority);
}

/* Which service a key names; SERVICE_COUNT if none. */
static enum service service_find(const char *key)
{
    enum service service = 0;
    while (service < SERVICE_COUNT && strcmp(serve_service_name(service), key) != 0) {
        service++;
    }
    return service;
}

bool request_take_serves(const struct request_place *place, struct json_object *value, bool *serves)
{
    bool sound = true;
    if (!json_object_is_type(value, json_type_object)) {
        return request_refuse(place, "serves", value, "an object, such as {\"block\": {}},");
    }
    json_object_object_foreach(value, key, how)
    {
        enum service service = service_find(key);
        if (service == SERVICE_COUNT) {
            sound = refuse_key(place, key, "serves", "block and network");
        } else if (!json_object_is_type(how, json_type_object) ||
                   json_object_object_length(how) != 0) {
            sound = request_refuse(place, key, how, "{}");
        } else {
            serves[service] = true;
        }
    }
    return sound;
}

/* ---- "uses" ---- */

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit | 0x20);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Reads six bytes in hexadecimal, with colons between. */
static bool mac_read(const char *text, uint8_t *mac)
{
    for (size_t i = 0; i < MAC_SIZE; i++, text += 3) {
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || text[2] != (i + 1 < MAC_SIZE ? ':' : '\0')) {
            return false;
        }
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool take_mac(const struct request_place *place, struct json_object *value,
                     struct service_use *use)
{
    /* The first bit that is sent says group (IEEE 802, 8.2). */
    if (!request_is_string(value) || !mac_read(json_object_get_string(value), use->mac) ||
        (use->mac[0] & 1) != 0) {
        return request_refuse(place, "mac", value,
                              "the address of one interface, such as \"02:00:00:00:00:01\",");
    }
    use->has_mac = true;
    return true;
}

static bool take_partition(const struct request_place *place, struct json_object *value,
                           struct service_use *use)
{
    use->is_whole_disk =
        request_is_string(value) && strcmp(json_object_get_string(value), "all") == 0;
    if (!use->is_whole_disk && !json_object_is_type(value, json_type_int)) {
        return request_refuse(place, "partition", value,
                              "a number from 1, or \"all\" for the whole disk,");
    }
    return use->is_whole_disk ||
           take_number(place, "partition", value, 1, PARTITION_MAX, &use->partition);
}

static bool take_use(const struct request_place *place, enum service service,
                     struct json_object *value, struct service_use *use)
{
    static const char *const expected[SERVICE_COUNT] = {
        [SERVICE_BLOCK] = "{\"from\": VM, \"partition\": NUMBER}",
        [SERVICE_NET] = "{\"from\": VM}",
    };
    struct json_object *from, *partition;
    if (!json_object_is_type(value, json_type_object) ||
        !json_object_object_get_ex(value, "from", &from) || !request_is_string(from) ||
        (service == SERVICE_BLOCK && !json_object_object_get_ex(value, "partition", &partition))) {
        return request_refuse(place, serve_service_name(service), value, expected[service]);
    }
    bool sound = true;
    use->from = json_object_get_string(from);
    json_object_object_foreach(value, key, what)
    {
        if (service == SERVICE_BLOCK && strcmp(key, "partition") == 0) {
            sound = take_partition(place, what, use) && sound;
        } else if (service == SERVICE_NET && strcmp(key, "mac") == 0) {
            sound = take_mac(place, what, use) && sound;
        } else if (strcmp(key, "from") != 0) {
            sound = refuse_key(place, key, serve_service_name(service),
                               service == SERVICE_BLOCK ? "from and partition" : "from and mac");
        }
    }
    return sound;
}

bool request_take_uses(const struct request_place *place, struct json_object *value,
                       struct uses *uses)
{
    bool sound = true;
    if (!json_object_is_type(value, json_type_object)) {
        return request_refuse(place, "uses", value,
                              "an object, such as {\"network\": {\"from\": VM}},");
    }
    json_object_object_foreach(value, key, how)
    {
        enum service service = service_find(key);
        sound =
            (service == SERVICE_COUNT ? refuse_key(place, key, "uses", "block and network")
                                      : take_use(place, service, how, &uses->services[service])) &&
            sound;
    }
    return sound;
}
