/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has what of a board and why, from one of three sources: a directory of `drover compose`
 * (explain_composed.c), a system description (explain_system.c), or the board's tree alone.
 * From what they have filled in, explain_pa.c and explain_node.c answer the questions that
 * explain_what.c reads.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ownertext.h"
#include "places.h"
#include "system.h"

/* Somebody has a run of pages (PA). */
struct holding {
    struct range pages;
    char *who;       /* 'VM "linux"' */
    char *how;       /* 'region "emmc" (a.system:12), mapped rw (a.system:30)' */
    char *ram_text;  /* all that is said of it, for RAM of a composed VM; else NULL */
    bool is_by_page; /* having the page is having what is in it; else it may only be reached */
};

/* An interrupt at the GIC, as one node raises it. */
struct line {
    uint32_t intid;
    size_t node;   /* NODE_NONE: the tree has none */
    bool is_owned; /* somebody gets it because of this node */
    char *text;
};

/* An interrupt that a node of the tree raises at the GIC. */
struct raised {
    size_t node;
    struct devirq irq;
};

struct explain {
    const struct devtree *devtree;
    const struct board *board;
    struct devclass *classes; /* by node */
    enum remedy remedy;       /* REMEDY_NONE: the tree alone is known */
    char **texts;             /* by node: whose it is, where the source says so; else NULL */
    bool *is_owned;           /* by node: `texts` says that a VM has it */
    struct places places;
    struct raised *raised; /* in the order of the tree */
    size_t raised_count, raised_capacity;

    struct holding *holdings; /* in the order of the source */
    size_t holding_count, holding_capacity;
    struct line *lines; /* by number; of each, those that somebody gets come first */
    size_t line_count, line_capacity;
};

/* Begins with what the tree alone says; tree and board outlive `explain`. The caller frees with
 * explain_close(). */
void explain_open(struct explain *explain, const struct devtree *devtree,
                  const struct board *board);
void explain_close(struct explain *explain);

/* Takes in a description; it may be freed afterwards. */
void explain_system(struct explain *explain, const struct system *system);

/* Takes in the compose.json of the directory `path`. Reports what is wrong with it and returns
 * false: it is a file that anybody may have written. */
bool explain_composed(struct explain *explain, const char *path);

/* Adds the interrupts of the tree that the source has not spoken of, and sorts. */
void explain_finish(struct explain *explain);

/* ---- Between the parts. Texts given become explain's. ---- */

void explain_add_holding(struct explain *explain, const struct holding *holding);
void explain_add_line(struct explain *explain, uint32_t intid, size_t node, bool is_owned,
                      char *text);

/* Text as printf() makes it, allocated. */
char *explain_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "SUBJECT: " and the text as a line, which nothing that it quotes can break. */
void explain_line(FILE *out, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What ownertext.h wants to know. */
struct ownertext explain_about(const struct explain *explain);

/* Whose registers of a node (PA) are. Allocated. */
char *explain_text_of(const struct explain *explain, size_t node, const struct range *regs);

/* Prints that, and who reaches them all the same because of their page. */
void explain_regs(const struct explain *explain, const char *subject, size_t node,
                  const struct range *regs, FILE *out);

/* ---- Answers, a line each: "WHAT: WHO: why" ---- */

void explain_pa(const struct explain *explain, uint64_t pa, FILE *out);
void explain_irq(const struct explain *explain, uint32_t intid, FILE *out);
void explain_node(const struct explain *explain, size_t node, FILE *out);

/* Answers for each of the words of a command line. Reports those that mean nothing, and returns
 * false if there were any. */
bool explain_words(const struct explain *explain, char **words, size_t count, FILE *out);
