/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a description for `drover check`: the reader that goes on where sdf_read() refuses. Text
 * that is no XML is repaired; libxml2 goes on after the mistakes that are left; elements and
 * attributes that no rule is about are passed over.
 */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "alloc.h"
#include "check_model.h"
#include "sdf_number.h"

#define DEPTH_MAX 32 /* of PDs in PDs */

/* What the callback for libxml2's mistakes needs. */
struct parse {
    struct check_model *model;
    bool reported;
};

static void on_error(void *user, xmlErrorPtr error)
{
    struct parse *parse = ((xmlParserCtxt *)user)->_private;
    if (parse->reported || error->level < XML_ERR_ERROR || error->message == NULL) {
        return;
    }
    parse->reported = true; /* what follows are its consequences */
    unsigned line = error->line > 0 ? (unsigned)error->line : 1;
    check_repairs_add(&parse->model->repairs, source_text_locate(&parse->model->text, line), 0,
                      "%.*s", (int)strcspn(error->message, "\n"), error->message);
}

static xmlDoc *parse_text(struct check_model *model)
{
    struct parse parse = {.model = model};
    xmlParserCtxt *context = alloc_checked(xmlNewParserCtxt());
    context->_private = &parse;
    context->sax->serror = on_error;
    xmlDoc *doc = xmlCtxtReadMemory(context, model->text.bytes, (int)model->text.size, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_IGNORE_ENC |
                                        XML_PARSE_BIG_LINES);
    xmlFreeParserCtxt(context);
    return doc;
}

static bool is_element(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static struct source source_of(const struct check_model *model, const xmlNode *node)
{
    long line = xmlGetLineNo(node);
    return source_text_locate(&model->text, line > 0 ? (unsigned)line : 1);
}

/* An attribute's value, or NULL. */
static const char *attribute(const xmlNode *node, const char *name)
{
    for (const xmlAttr *entry = node->properties; entry != NULL; entry = entry->next) {
        if (strcmp((const char *)entry->name, name) == 0) {
            const xmlNode *value = entry->children;
            return value == NULL || value->content == NULL ? "" : (const char *)value->content;
        }
    }
    return NULL;
}

static char *attribute_copy(const xmlNode *node, const char *name)
{
    const char *value = attribute(node, name);
    return source_copy(value == NULL ? "" : value, value == NULL ? 0 : strlen(value));
}

/* Whether a value without quotes has been found, which says that it is no number. */
static bool is_repaired(const struct check_model *model, const char *value)
{
    size_t length = strlen(value);
    for (size_t i = 0; i < model->repairs.count; i++) {
        const char *text = model->repairs.list[i].text;
        if (strncmp(text, value, length) == 0 && strncmp(text + length, " stands ", 8) == 0) {
            return true;
        }
    }
    return model->repairs.total > model->repairs.count;
}

/* Whether an earlier attribute had the same value that is no number. */
static bool is_known_odd(const struct check_model *model, const char *value)
{
    for (size_t i = 0; i < model->odd_count; i++) {
        if (strcmp(model->odds[i].value, value) == 0) {
            return true;
        }
    }
    return model->odd_count == CHECK_REPAIR_MAX;
}

static struct check_number number_of(struct check_model *model, const xmlNode *node,
                                     const char *name)
{
    struct check_number number = {0};
    const char *value = attribute(node, name);
    if (value == NULL) {
        return number;
    }
    number.given = true;
    number.known = number_parse(value, &number.value) == NUMBER_PARSED;
    if (!number.known && !is_repaired(model, value) && !is_known_odd(model, value)) {
        model->odds =
            alloc_grow(model->odds, model->odd_count, &model->odd_capacity, sizeof(*model->odds));
        model->odds[model->odd_count++] =
            (struct check_odd){.source = source_of(model, node),
                               .attribute = name,
                               .value = source_copy(value, strlen(value))};
    }
    return number;
}

/* Whether there is room for `node`, of which `count` are there. Of what has none, the first is
 * kept: the description is refused for it. */
static bool has_room(struct check_model *model, const xmlNode *node, size_t count, size_t most,
                     const char *what)
{
    if (count < most) {
        return true;
    }
    if (model->excess.what == NULL) {
        model->excess =
            (struct check_excess){.source = source_of(model, node), .what = what, .most = most};
    }
    return false;
}

static void read_region(struct check_model *model, const xmlNode *node)
{
    if (!has_room(model, node, model->region_count, CHECK_MODEL_MAX, "memory regions")) {
        return;
    }
    model->regions = alloc_grow(model->regions, model->region_count, &model->region_capacity,
                                sizeof(*model->regions));
    model->regions[model->region_count++] = (struct check_region){
        .source = source_of(model, node),
        .name = attribute_copy(node, "name"),
        .size = number_of(model, node, "size"),
        .phys_addr = number_of(model, node, "phys_addr"),
        .page_size = number_of(model, node, "page_size"),
        .prefilled = attribute(node, "prefill_path") != NULL,
    };
}

static void read_map(struct check_model *model, const xmlNode *node, size_t party, bool in_vm)
{
    if (!has_room(model, node, model->map_count, CHECK_MODEL_MAX, "maps")) {
        return;
    }
    const char *cached = attribute(node, "cached");
    model->maps =
        alloc_grow(model->maps, model->map_count, &model->map_capacity, sizeof(*model->maps));
    model->maps[model->map_count++] = (struct check_map){
        .source = source_of(model, node),
        .region_name = attribute_copy(node, "mr"),
        .region = INDEX_NONE,
        .party = party,
        .in_vm = in_vm,
        .vaddr = number_of(model, node, "vaddr"),
        .cached = cached == NULL || strcmp(cached, "false") != 0,
    };
}

static void read_irq(struct check_model *model, const xmlNode *node, size_t party, bool in_vm)
{
    const char *trigger = attribute(node, "trigger");
    if (attribute(node, "irq") == NULL || /* another architecture's */
        !has_room(model, node, model->irq_count, CHECK_MODEL_MAX, "interrupts")) {
        return;
    }
    model->irqs =
        alloc_grow(model->irqs, model->irq_count, &model->irq_capacity, sizeof(*model->irqs));
    model->irqs[model->irq_count++] = (struct check_irq){
        .source = source_of(model, node),
        .party = party,
        .in_vm = in_vm,
        .number = number_of(model, node, "irq"),
        .edge = trigger != NULL && strcmp(trigger, "edge") == 0,
    };
}

/* Whether an element is one that holds no others: what is in it all the same, because it has not
 * been closed, belongs to the element around it. */
static bool is_leaf(const xmlNode *node)
{
    return is_element(node, "map") || is_element(node, "irq") || is_element(node, "vcpu") ||
           is_element(node, "program_image") || is_element(node, "setvar") ||
           is_element(node, "memory_region");
}

static void read_vm_children(struct check_model *model, const xmlNode *parent, size_t party)
{
    for (const xmlNode *child = parent->children; child != NULL; child = child->next) {
        if (is_element(child, "vcpu")) {
            model->parties[party].vcpu_count++;
        } else if (is_element(child, "map")) {
            read_map(model, child, party, true);
        } else if (is_element(child, "irq")) {
            read_irq(model, child, party, true);
        }
        if (is_leaf(child)) {
            read_vm_children(model, child, party);
        }
    }
}

static void read_vm(struct check_model *model, const xmlNode *node, size_t party)
{
    struct check_party *owner = &model->parties[party];
    if (owner->has_vm) {
        return;
    }
    owner->has_vm = true;
    owner->vm_source = source_of(model, node);
    owner->vm_name = attribute_copy(node, "name");
    owner->vm_has_id = attribute(node, "id") != NULL;
    read_vm_children(model, node, party);
}

static void read_pd(struct check_model *model, const xmlNode *node, unsigned depth);

static void read_pd_children(struct check_model *model, const xmlNode *parent, size_t party,
                             unsigned depth)
{
    for (const xmlNode *child = parent->children; child != NULL; child = child->next) {
        if (is_element(child, "map")) {
            read_map(model, child, party, false);
        } else if (is_element(child, "irq")) {
            read_irq(model, child, party, false);
        } else if (is_element(child, "virtual_machine")) {
            read_vm(model, child, party);
        } else if (is_element(child, "protection_domain")) {
            read_pd(model, child, depth + 1);
        }
        if (is_leaf(child)) {
            read_pd_children(model, child, party, depth);
        }
    }
}

static void read_pd(struct check_model *model, const xmlNode *node, unsigned depth)
{
    if (!has_room(model, node, model->party_count, CHECK_PARTY_MAX, "protection domains") ||
        !has_room(model, node, depth, DEPTH_MAX, "levels of protection domains")) {
        return;
    }
    size_t party = model->party_count++;
    model->parties =
        alloc_grow(model->parties, party, &model->party_capacity, sizeof(*model->parties));
    model->parties[party] = (struct check_party){.source = source_of(model, node),
                                                 .name = attribute_copy(node, "name")};
    read_pd_children(model, node, party, depth);
}

static void read_children(struct check_model *model, const xmlNode *parent)
{
    for (const xmlNode *child = parent->children; child != NULL; child = child->next) {
        if (is_element(child, "memory_region")) {
            read_region(model, child);
        } else if (is_element(child, "protection_domain")) {
            read_pd(model, child, 0);
        }
        if (is_leaf(child)) {
            read_children(model, child);
        }
    }
}

void check_read(struct check_model *model)
{
    xmlDoc *doc = parse_text(model);
    const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement(doc);
    if (root != NULL) {
        read_children(model, root);
    }
    xmlFreeDoc(doc);
}
