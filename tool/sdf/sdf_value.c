/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Values of attributes: text, numbers, flags and the few words that the SDF has.
 */
#include "sdf.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "drover/manifest.h"
#include "sdf_number.h"

#define BUDGET_DEFAULT_US 1000

char *sdf_string(const struct sdf *sdf, const xmlNode *node, const char *attribute)
{
    const char *value = sdf_attribute(node, attribute);
    if (value == NULL) {
        return NULL;
    }
    if (value[0] == '\0') {
        sdf_error(sdf, node, "attribute \"%s\" is empty; give it a value", attribute);
    }
    return source_copy(value, strlen(value));
}

char *sdf_name(const struct sdf *sdf, const xmlNode *node)
{
    char *name = sdf_string(sdf, node, "name");
    if (name == NULL) {
        return NULL;
    }
    if (strlen(name) >= NAME_SIZE) {
        sdf_error(sdf, node, "the name has %zu bytes; at most %d are allowed; shorten it",
                  strlen(name), NAME_SIZE - 1);
    }
    for (const char *c = name; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c)) {
            sdf_error(sdf, node, "a control character in the name; remove it");
            break;
        }
    }
    return name;
}

uint64_t sdf_number_of(const struct sdf *sdf, const xmlNode *node, const char *attribute,
                       const char *text, uint64_t otherwise, uint64_t low, uint64_t high)
{
    uint64_t number;
    enum number_parsed parsed = number_parse(text, &number);
    if (parsed != NUMBER_PARSED) {
        sdf_error(sdf, node, "%s \"%.64s\" %s", attribute, text,
                  parsed == NUMBER_TOO_LARGE
                      ? "does not fit in 64 bits; correct it"
                      : "is not a number; write it in decimal or as 0x and digits");
        return otherwise;
    }
    if (number >= low && number <= high) {
        return number;
    }
    if (high <= UINT16_MAX) {
        sdf_error(sdf, node, "%s \"%.64s\" is out of range; %" PRIu64 " to %" PRIu64 " is allowed",
                  attribute, text, low, high);
    } else {
        sdf_error(sdf, node,
                  "%s \"%.64s\" is out of range; 0x%" PRIx64 " to 0x%" PRIx64 " is allowed",
                  attribute, text, low, high);
    }
    return otherwise;
}

uint64_t sdf_number(const struct sdf *sdf, const xmlNode *node, const char *attribute,
                    uint64_t absent, uint64_t low, uint64_t high)
{
    const char *text = sdf_attribute(node, attribute);
    return text == NULL ? absent : sdf_number_of(sdf, node, attribute, text, absent, low, high);
}

bool sdf_flag(const struct sdf *sdf, const xmlNode *node, const char *attribute, bool absent)
{
    const char *text = sdf_attribute(node, attribute);
    if (text == NULL) {
        return absent;
    }
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        sdf_error(sdf, node, "%s \"%.64s\" is neither \"true\" nor \"false\"; write one of them",
                  attribute, text);
        return absent;
    }
    return strcmp(text, "true") == 0;
}

bool sdf_edge(const struct sdf *sdf, const xmlNode *node)
{
    const char *text = sdf_attribute(node, "trigger");
    if (text == NULL || strcmp(text, "level") == 0) {
        return false;
    }
    if (strcmp(text, "edge") != 0) {
        sdf_error(sdf, node,
                  "trigger \"%.64s\" is neither \"level\" nor \"edge\"; write one of them", text);
    }
    return true;
}

uint32_t sdf_perms(const struct sdf *sdf, const xmlNode *node)
{
    const char *text = sdf_attribute(node, "perms");
    uint32_t perms = 0;
    if (text == NULL) {
        return MAP_PERM_READ | MAP_PERM_WRITE;
    }
    for (const char *c = text; *c != '\0'; c++) {
        uint32_t perm = *c == 'r'   ? MAP_PERM_READ
                        : *c == 'w' ? MAP_PERM_WRITE
                        : *c == 'x' ? MAP_PERM_EXECUTE
                                    : 0;
        if (perm == 0 || (perms & perm) != 0) {
            sdf_error(sdf, node, "perms \"%.64s\" %s; give each of r, w and x once at most", text,
                      perm == 0 ? "has a letter that is no permission" : "has a letter twice");
            return MAP_PERM_READ;
        }
        perms |= perm;
    }
    if (perms == 0) {
        sdf_error(sdf, node, "perms is empty; give at least one of r, w and x, or remove the map");
    } else if ((perms & (MAP_PERM_READ | MAP_PERM_WRITE)) == MAP_PERM_WRITE) {
        sdf_error(sdf, node,
                  "perms \"%s\" has w without r, which the hardware does not have; add r", text);
    }
    return perms;
}

void sdf_budget(const struct sdf *sdf, const xmlNode *node, uint32_t *budget_us,
                uint32_t *period_us)
{
    *budget_us = (uint32_t)sdf_number(sdf, node, "budget", BUDGET_DEFAULT_US, 1, UINT32_MAX);
    *period_us = (uint32_t)sdf_number(sdf, node, "period", *budget_us, 1, UINT32_MAX);
    if (*period_us < *budget_us) {
        sdf_error(sdf, node,
                  "period %" PRIu32 " is below budget %" PRIu32 " (in microseconds); raise it",
                  *period_us, *budget_us);
    }
}

size_t sdf_region_named(const struct sdf *sdf, const xmlNode *node, const char *attribute)
{
    const char *name = sdf_attribute(node, attribute);
    size_t region = names_find(&sdf->region_names, name);
    if (region == INDEX_NONE) {
        sdf_error(sdf, node,
                  "%s \"%.64s\" is no <memory_region>; define it under <system>, or correct "
                  "the name",
                  attribute, name);
    }
    return region;
}

size_t sdf_pd_named(const struct sdf *sdf, const xmlNode *node)
{
    const char *name = sdf_attribute(node, "pd");
    size_t pd = names_find(&sdf->pd_names, name);
    if (pd == INDEX_NONE) {
        sdf_error(sdf, node, "pd \"%.64s\" is no <protection_domain>; correct the name", name);
    }
    return pd;
}
