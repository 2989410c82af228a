/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A picture as a test looks at it.
 */
#include "picture.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "diag_capture.h"

static void write_and_parse(struct picture *picture, const char *title)
{
    FILE *out = open_memstream(&picture->text, &picture->size);
    assert_non_null(out);
    graph_write_svg(&picture->graph, title, out);
    fclose(out);
    picture->document = xmlReadMemory(picture->text, (int)picture->size, NULL, NULL,
                                      XML_PARSE_NONET | XML_PARSE_HUGE);
    assert_non_null(picture->document);
}

void picture_draw(struct picture *picture, const char *path, const char *title,
                  const struct graph_board *board)
{
    diag_capture_reset();
    picture->system = system_read(path, NULL, 0);
    if (picture->system == NULL) {
        fail_msg("%s: %s", path, diag_captured());
    }
    graph_build(&picture->graph, picture->system, board);
    if (!graph_layout(&picture->graph)) {
        fail_msg("%s: %s", path, diag_captured());
    }
    write_and_parse(picture, title);
}

void picture_take(struct picture *picture, const struct graph *graph, const char *title)
{
    *picture = (struct picture){.graph = *graph};
    write_and_parse(picture, title);
}

void picture_free(struct picture *picture)
{
    xmlFreeDoc(picture->document);
    free(picture->text);
    graph_free(&picture->graph);
    system_free(picture->system);
}

/* The element after `node` in the order of the document, or NULL. */
static xmlNode *next_element(xmlNode *node)
{
    xmlNode *next = xmlFirstElementChild(node);
    while (next == NULL && node != NULL) {
        next = xmlNextElementSibling(node);
        node = node->parent != NULL && node->parent->type == XML_ELEMENT_NODE ? node->parent : NULL;
    }
    return next;
}

static bool has_class(xmlNode *node, const char *class)
{
    char *classes = (char *)xmlGetProp(node, BAD_CAST "class");
    bool found = false;
    for (char *rest = classes, *word; rest != NULL && (word = strsep(&rest, " ")) != NULL;) {
        found = found || strcmp(word, class) == 0;
    }
    xmlFree(classes);
    return found;
}

/* Groups without an identifier are of the legend. */
size_t picture_count(const struct picture *picture, const char *class)
{
    size_t count = 0;
    for (xmlNode *node = xmlDocGetRootElement(picture->document); node != NULL;
         node = next_element(node)) {
        count += xmlHasProp(node, BAD_CAST "id") != NULL && has_class(node, class);
    }
    return count;
}

/* Counts the texts that match, in groups of `class`, or NULL for any. */
static size_t count_texts(const struct picture *picture, const char *class,
                          bool (*matches)(const char *text, const void *context),
                          const void *context)
{
    size_t count = 0;
    for (xmlNode *node = xmlDocGetRootElement(picture->document); node != NULL;
         node = next_element(node)) {
        if (strcmp((const char *)node->name, "text") == 0 &&
            (class == NULL || has_class(node->parent, class))) {
            char *text = (char *)xmlNodeGetContent(node);
            count += matches(text, context);
            xmlFree(text);
        }
    }
    return count;
}

static bool is_text(const char *text, const void *context)
{
    return strcmp(text, context) == 0;
}

static bool begins_region(const char *text, const void *context)
{
    size_t length = strlen(context);
    if (strncmp(text, context, length) != 0) {
        return false;
    }
    const char *rest = text + length;
    return (rest[0] == ' ' && rest[1] >= '0' && rest[1] <= '9') || strncmp(rest, " as ", 4) == 0;
}

static bool names_interrupt(const char *text, const void *context)
{
    unsigned first, last;
    unsigned intid = *(const unsigned *)context;
    int found = sscanf(text, "irq %u..%u", &first, &last);
    return found == 1 ? intid == first : found == 2 && intid >= first && intid <= last;
}

size_t picture_texts(const struct picture *picture, const char *text)
{
    return count_texts(picture, NULL, is_text, text);
}

size_t picture_texts_in(const struct picture *picture, const char *class, const char *text)
{
    return count_texts(picture, class, is_text, text);
}

size_t picture_regions(const struct picture *picture, const char *name)
{
    return picture_texts_in(picture, "device", name) +
           count_texts(picture, NULL, begins_region, name);
}

size_t picture_interrupts(const struct picture *picture, unsigned intid)
{
    return count_texts(picture, NULL, names_interrupt, &intid);
}

bool picture_ids_are_unique(const struct picture *picture)
{
    xmlHashTable *seen = xmlHashCreate(256);
    bool unique = true;
    for (xmlNode *node = xmlDocGetRootElement(picture->document); node != NULL;
         node = next_element(node)) {
        xmlChar *id = xmlGetProp(node, BAD_CAST "id");
        unique = unique && (id == NULL || xmlHashAddEntry(seen, id, node) == 0);
        xmlFree(id);
    }
    xmlHashFree(seen, NULL);
    return unique;
}
