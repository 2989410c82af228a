/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One run of compose, with all checks of what it made.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "compose_print.h"
#include "corpus.h"
#include "diag_capture.h"

static void check_vm(struct subject *subject, const char *run, const struct compose *compose,
                     size_t vm)
{
    struct artefacts artefacts;
    if (artefacts_open(&artefacts, subject, run, compose, vm)) {
        check_pages(subject, run, &artefacts);
        check_lines(subject, run, &artefacts);
        check_needs(subject, run, &artefacts);
        check_memory(subject, run, &artefacts, compose, vm);
        check_table(subject, run, &artefacts, compose, vm);
    }
    artefacts_close(&artefacts);
}

/* No two VMs own a page or an interrupt. */
static void check_apart(struct subject *subject, const char *run, const struct compose *compose)
{
    struct artefacts one, other;
    for (size_t vm = 1; vm < compose->vm_count; vm++) {
        if (artefacts_open(&one, subject, run, compose, vm - 1) &&
            artefacts_open(&other, subject, run, compose, vm)) {
            struct spans theirs = {0};
            for (size_t i = 0; i < other.page_count; i++) {
                spans_add(&theirs, other.pages[i].pa, other.pages[i].size);
            }
            for (size_t i = 0; i < one.page_count; i++) {
                if (spans_hit(&theirs, one.pages[i].pa, one.pages[i].size) != NULL) {
                    subject_fail(subject, run, "%s is in pages of two VMs", one.pages[i].node);
                }
            }
            for (size_t i = 0; i < one.line_count; i++) {
                for (size_t k = 0; k < other.line_count; k++) {
                    if (one.lines[i].intid == other.lines[k].intid) {
                        subject_fail(subject, run, "interrupt %u goes to two VMs",
                                     one.lines[i].intid);
                    }
                }
            }
            spans_free(&theirs);
        }
        artefacts_close(&one);
        artefacts_close(&other);
    }
}

bool trial(struct subject *subject, const char *run, const struct compose_request *request,
           bool is_thorough)
{
    struct compose compose;
    diag_capture_reset();
    bool composed = compose_run(&compose, request, &subject->devtree, &subject->board);
    if (composed == (diag_error_count() != 0)) {
        subject_fail(subject, run, "it was %s with %u errors", composed ? "composed" : "refused",
                     diag_error_count());
    }
    if (composed) {
        for (size_t vm = 0; vm < compose.vm_count; vm++) {
            check_vm(subject, run, &compose, vm);
        }
        if (compose.vm_count > 1) {
            check_apart(subject, run, &compose);
        }
        if (is_thorough) {
            size_t size;
            free(compose_print_report(&compose, &size));
            check_source(subject, run, &compose, 0);
        }
    }
    compose_free(&compose);
    return composed;
}

bool trial_device(struct subject *subject, size_t node)
{
    const char *path = subject->devtree.nodes[node].path;
    const struct compose_request request = {.vms = {{.name = "linux",
                                                     .give = {.entries = &path, .count = 1},
                                                     .ram_size = CORPUS_RAM,
                                                     .vcpu_count = 1,
                                                     .payload = subject->payload}},
                                            .vm_count = 1};
    return trial(subject, path, &request, false);
}
