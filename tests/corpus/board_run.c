/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * All runs for one board, in a process of its own. What it says, a line each:
 *     family  DIRECTORY  COMPATIBLE  GIC
 *     refused-board  MESSAGE
 *     all     ok | MESSAGE
 *     kind    KIND  PATH  ok | MESSAGE
 *     device  PATH  ok | MESSAGE
 *     fail    RUN  MESSAGE
 *     done    RUNS
 */
#include "board_run.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "corpus.h"
#include "diag_capture.h"
#include "kind.h"

/* The first message that was captured, in one line. */
static const char *first_message(char *text, size_t size)
{
    const char *messages = diag_captured();
    snprintf(text, size, "%.*s", (int)strcspn(messages, "\n"), messages);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\t' ? ' ' : *at;
    }
    return text;
}

static void say_verdict(bool composed)
{
    char text[1024];
    printf("\t%s\n", composed ? "ok" : first_message(text, sizeof(text)));
}

/* The last of the root's compatible strings: the SoC's, most often. */
static const char *soc_of(const struct subject *subject)
{
    int length;
    const char *list = fdt_getprop(subject->file.bytes, 0, "compatible", &length);
    const char *last = "?";
    for (int at = 0; list != NULL && at < length; at += (int)strlen(list + at) + 1) {
        last = list + at;
    }
    return last;
}

static void run_all(struct subject *subject, bool like_seed)
{
    struct compose_request request = {.vms = {{.name = "linux",
                                               .gives_all = true,
                                               .like_seed = like_seed,
                                               .ram_size = CORPUS_RAM,
                                               .vcpu_count = 2,
                                               .payload = subject->payload}},
                                      .vm_count = 1};
    bool composed = trial(subject, "--give all", &request, true);
    printf("all");
    say_verdict(composed);
}

static size_t first_of_kind(const struct subject *subject, enum kind kind)
{
    for (size_t i = 1; i < subject->devtree.node_count; i++) {
        if (kind_of(&subject->devtree, i) == kind) {
            return i;
        }
    }
    return NODE_NONE;
}

/* Two VMs, with a disk and a network card: apart, or refused. */
static size_t run_two(struct subject *subject)
{
    size_t disk = first_of_kind(subject, KIND_MMC), card = first_of_kind(subject, KIND_ETHERNET);
    if (disk == NODE_NONE || card == NODE_NONE) {
        return 0;
    }
    const char *paths[] = {subject->devtree.nodes[disk].path, subject->devtree.nodes[card].path};
    struct compose_request request = {.vm_count = 2};
    static const char *const names[] = {"disk", "net"};
    for (size_t vm = 0; vm < 2; vm++) {
        request.vms[vm] = (struct vm_request){.name = names[vm],
                                              .give = {.entries = &paths[vm], .count = 1},
                                              .ram_size = CORPUS_RAM,
                                              .vcpu_count = 1,
                                              .payload = subject->payload};
    }
    bool composed = trial(subject, "two VMs", &request, false);
    printf("two");
    say_verdict(composed);
    return 1;
}

static size_t run_devices(struct subject *subject, bool every)
{
    size_t runs = 0;
    for (size_t i = 1; i < subject->devtree.node_count; i++) {
        const struct devnode *node = &subject->devtree.nodes[i];
        enum kind kind = kind_of(&subject->devtree, i);
        bool is_wanted = every && node->is_enabled && node->reg_count != 0 &&
                         devclass_is_device(&subject->devtree, i);
        if (kind == KIND_COUNT && !is_wanted) {
            continue;
        }
        bool composed = trial_device(subject, i);
        if (kind == KIND_COUNT) {
            printf("device\t%s", node->path);
        } else {
            printf("kind\t%s\t%s", kind_names[kind], node->path);
        }
        say_verdict(composed);
        runs++;
    }
    return runs;
}

void board_run(const char *directory, const char *path, const char *payload, bool every)
{
    struct subject subject;
    const struct rlimit limit = {CORPUS_CPU_SECONDS, CORPUS_CPU_SECONDS};
    size_t runs = 1;
    setrlimit(RLIMIT_CPU, &limit);
    diag_capture_reset();
    bool is_open = subject_open(&subject, path, payload);
    char text[1024];
    printf("family\t%s\t%s\t%" PRIu32 "\n", directory,
           subject.file.bytes == NULL ? "?" : soc_of(&subject), subject.board.gic_version);
    if (is_open) {
        run_all(&subject, false);
        runs += 1 + run_two(&subject) + run_devices(&subject, every);
    } else {
        printf("refused-board\t%s\n", first_message(text, sizeof(text)));
    }
    subject_close(&subject);
    printf("done\t%zu\t%.2f\n", runs, (double)clock() / CLOCKS_PER_SEC);
}
