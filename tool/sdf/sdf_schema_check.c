/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The tree of a description against the schema: what is unknown, misplaced, missing, too many or
 * refused.
 */
#include "sdf_schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sdf.h"

/* Appends `name` to a list for a message. */
static void list_add(char *list, size_t size, const char *name)
{
    size_t length = strlen(list);
    snprintf(list + length, size - length, "%s%s", length == 0 ? "" : ", ", name);
}

static void report_unknown_attribute(const struct sdf *sdf, const xmlNode *node,
                                     const struct attribute *known, const char *name)
{
    char list[256] = "";
    for (; known->name != NULL; known++) {
        if (known->presence != REFUSED) {
            list_add(list, sizeof(list), known->name);
        }
    }
    sdf_error(sdf, node, "unknown attribute \"%.64s\"; %s%s; correct or remove it", name,
              list[0] == '\0' ? "it has none" : "it has ", list);
}

static void check_attributes(const struct sdf *sdf, const xmlNode *node,
                             const struct attribute *known)
{
    const char *refusal = NULL;
    for (const xmlAttr *attribute = node->properties; attribute != NULL;
         attribute = attribute->next) {
        const char *name = (const char *)attribute->name;
        const struct attribute *found = known;
        while (found->name != NULL && (attribute->ns != NULL || strcmp(found->name, name) != 0)) {
            found++;
        }
        if (found->name == NULL) {
            report_unknown_attribute(sdf, node, known, name);
        } else if (found->presence == REFUSED && found->reason != refusal) {
            sdf_error(sdf, node, "attribute \"%s\": %s", name, found->reason);
            refusal = found->reason;
        }
    }
    for (; known->name != NULL && refusal == NULL; known++) {
        if (known->presence == REQUIRED && sdf_attribute(node, known->name) == NULL) {
            sdf_error(sdf, node, "attribute \"%s\" is missing; add it", known->name);
        }
    }
}

static const struct element *child_find(const struct child *children, const char *name)
{
    for (; children->element != NULL; children++) {
        if (strcmp(children->element->name, name) == 0) {
            return children->element;
        }
    }
    return NULL;
}

static void report_unknown_child(const struct sdf *sdf, const xmlNode *node,
                                 const struct element *element)
{
    char list[256] = "";
    for (const struct child *known = element->children; known->element != NULL; known++) {
        if (known->element->refusal == NULL) {
            list_add(list, sizeof(list), known->element->name);
        }
    }
    sdf_error(sdf, node, "unknown element inside <%s>; %s%s; correct or remove it", element->name,
              list[0] == '\0' ? "nothing stands there" : "it may hold ", list);
}

static void check_counts(const struct sdf *sdf, const xmlNode *node, const struct child *known)
{
    for (; known->element != NULL; known++) {
        const char *name = known->element->name;
        size_t count = sdf_count(node, name);
        if (count < known->low) {
            sdf_error(sdf, node, "it holds %s <%s>; add one", count == 0 ? "no" : "only one", name);
        } else if (known->high != 0 && count > known->high) {
            sdf_error(sdf, node, "it holds %zu <%s>; at most %u may stand there; remove the rest",
                      count, name, known->high);
        }
    }
}

static bool is_blank(const xmlNode *node)
{
    const char *text = node->content == NULL ? "" : (const char *)node->content;
    while (isspace((unsigned char)*text)) {
        text++;
    }
    return *text == '\0';
}

/* Recursion is bounded: the tree is at most SDF_DEPTH_MAX deep. */
static void check_element(const struct sdf *sdf, const xmlNode *node, const struct element *element)
{
    if (node->nsDef != NULL) {
        sdf_error(sdf, node, "XML namespaces are not part of a system description; remove them");
    }
    check_attributes(sdf, node, element->attributes);
    check_counts(sdf, node, element->children);
    for (const xmlNode *child = node->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE) {
            const struct element *found = child_find(element->children, (const char *)child->name);
            if (found == NULL) {
                report_unknown_child(sdf, child, element);
            } else if (found->refusal != NULL) {
                sdf_error(sdf, child, "%s", found->refusal);
            } else {
                check_element(sdf, child, found);
            }
        } else if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
                   !is_blank(child)) {
            sdf_error(sdf, node,
                      "text between its elements; only elements and comments stand there");
        }
    }
}

void sdf_schema_check(const struct sdf *sdf, const xmlNode *root)
{
    if (strcmp((const char *)root->name, sdf_schema_root.name) != 0) {
        sdf_error(sdf, root, "the outermost element of a system description is <system>");
        return;
    }
    check_element(sdf, root, &sdf_schema_root);
}
