/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rules' codes, and the list of findings.
 */
#include "audit_finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static const struct {
    const char *name;
    const char *rule;
} codes[FINDING_COUNT] = {
    [FINDING_WRITE_EXECUTE] = {"A01", "no page is writable and executable"},
    [FINDING_DESCRIPTOR] = {"A02", "every descriptor means what it says"},
    [FINDING_TABLE] = {"A03", "every table lies in the image and belongs to one space"},
    [FINDING_MAPPING] = {"A04", "a space maps what the manifest lists, and nothing else"},
    [FINDING_KERNEL_MAPPING] = {"A05", "the kernel maps its own and the pages it shares"},
    [FINDING_LOADER_MAPPING] = {"A06", "the loader maps what it fills, one to one"},
    [FINDING_KEPT] = {"A07", "nobody is given what is the kernel's"},
    [FINDING_MEMORY_TYPE] = {"A08", "RAM is Normal memory, and devices run no code"},
    [FINDING_TWO_PURPOSES] = {"A09", "each page has one purpose"},
    [FINDING_FILL] = {"A10", "the loader fills all fresh memory and clobbers nothing"},
    [FINDING_VMID] = {"A11", "each space has a root and a VMID of its own"},
    [FINDING_THREAD] = {"A12", "PDs and vCPUs are consistent"},
    [FINDING_CHANNEL] = {"A13", "channels have two ends that agree"},
    [FINDING_INTERRUPT] = {"A14", "an interrupt has one owner, and is not the kernel's"},
    [FINDING_SLOT] = {"A15", "slots name PDs"},
    [FINDING_SCHEDULE] = {"A16", "the schedule names domains"},
    [FINDING_HEADER] = {"A17", "the headers agree with the image and the board"},
    [FINDING_STRAY_BYTES] = {"A18", "the image holds nothing that nobody knows"},
    [FINDING_VM_INFO] = {"A19", "a VMM is told what its VM has"},
    [FINDING_SDK_PROGRAM] = {"A20", "kernel and loader are the SDK's"},
    [FINDING_SYSTEM_MAP] = {"D01", "mappings are those of the description"},
    [FINDING_SYSTEM_THREAD] = {"D02", "PDs are those of the description"},
    [FINDING_SYSTEM_PROGRAM] = {"D03", "programs are the files of the description"},
    [FINDING_SYSTEM_REGION] = {"D04", "memory regions are those of the description"},
    [FINDING_SYSTEM_ROUTE] = {"D05", "channels, interrupts, slots and schedule are described"},
    [FINDING_SYSTEM_VM] = {"D06", "virtual machines are those of the description"},
};

void finding_add(struct findings *findings, enum finding_code code, const struct source *at,
                 const char *format, ...)
{
    findings->total++;
    if (findings->count == FINDING_KEEP_MAX) {
        return;
    }
    char text[1024];
    int length = 0;
    if (at != NULL && at->line != 0) {
        length = snprintf(text, sizeof(text) / 2, "%s:%u: ", at->file, at->line);
        length = length < (int)sizeof(text) / 2 ? length : (int)sizeof(text) / 2 - 1;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
    va_end(arguments);
    findings->list =
        alloc_grow(findings->list, findings->count, &findings->capacity, sizeof(*findings->list));
    findings->list[findings->count++] =
        (struct finding){.code = code, .text = alloc_checked(strdup(text))};
}

const char *finding_code_name(enum finding_code code)
{
    return codes[code].name;
}

const char *finding_code_rule(enum finding_code code)
{
    return codes[code].rule;
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->list[i].text);
    }
    free(findings->list);
    *findings = (struct findings){0};
}
