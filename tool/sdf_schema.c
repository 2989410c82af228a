/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The shape of a system description: which elements and attributes there are, and where. The tables
 * are the whole of the Microkit's SDF as of version 2.3 and Drover's one extension, an <irq> inside
 * a <virtual_machine>; what Drover does not do yet is refused with the reason, never ignored.
 */
#include "sdf.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum presence { OPTIONAL, REQUIRED, REFUSED };

struct attribute {
    const char *name;
    enum presence presence;
    const char *reason; /* REFUSED: why, and what to do */
};

struct child {
    const struct element *element;
    unsigned low, high; /* how many of them; 0 for no limit */
};

struct element {
    const char *name;
    const struct attribute *attributes; /* up to one without a name */
    const struct child *children;       /* up to one without an element */
    const char *refusal;                /* not NULL: why it is not accepted, and what to do */
};

#define NO_X86      "Drover has no x86 boards; use irq=\"NUMBER\" with the GIC's number"
#define NO_X86_AREA "it exists on x86 only, and Drover has no x86 boards; remove it"
#define NO_SYMBOLS  "a guest has no symbols that the tool could set; put it on the PD's own <map>"

static const struct attribute no_attributes[] = {{0}};
static const struct child no_children[] = {{0}};

static const struct attribute capability_attributes[] = {
    {"slot", REQUIRED, NULL}, {"pd", REQUIRED, NULL}, {0}};
static const struct element cap_tcb = {"cap_tcb", capability_attributes, no_children, NULL};
static const struct element cap_sc = {"cap_sc", capability_attributes, no_children, NULL};
static const struct element cap_vspace = {"cap_vspace", capability_attributes, no_children, NULL};
static const struct child cspace_children[] = {
    {&cap_tcb, 0, 0}, {&cap_sc, 0, 0}, {&cap_vspace, 0, 0}, {0}};
static const struct element cspace = {"cspace", no_attributes, cspace_children, NULL};

static const struct attribute domain_attributes[] = {
    {"name", REQUIRED, NULL}, {"id", OPTIONAL, NULL}, {0}};
static const struct element domain = {"domain", domain_attributes, no_children, NULL};
static const struct attribute entry_attributes[] = {
    {"domain", REQUIRED, NULL}, {"duration", REQUIRED, NULL}, {0}};
static const struct element entry = {"schedule_entry", entry_attributes, no_children, NULL};
static const struct element end_marker = {"schedule_end_marker", no_attributes, no_children, NULL};
static const struct attribute schedule_attributes[] = {
    {"start_index", OPTIONAL, NULL}, {"index_shift", OPTIONAL, NULL}, {0}};
static const struct child schedule_children[] = {{&entry, 0, 0}, {&end_marker, 0, 0}, {0}};
static const struct element schedule = {"domain_schedule", schedule_attributes, schedule_children,
                                        NULL};
static const struct child domains_children[] = {{&domain, 1, 0}, {&schedule, 1, 1}, {0}};
static const struct element domains = {"domains", no_attributes, domains_children, NULL};

static const struct element io_address_space = {"io_address_space", no_attributes, no_children,
                                                NO_X86_AREA};
static const struct element ioport = {"ioport", no_attributes, no_children, NO_X86_AREA};
static const struct element root_virtual_machine = {
    "virtual_machine", no_attributes, no_children,
    "it stands inside the <protection_domain> that is its VMM; move it there"};

static const struct attribute region_attributes[] = {
    {"name", REQUIRED, NULL},
    {"size", OPTIONAL, NULL},
    {"page_size", OPTIONAL, NULL},
    {"phys_addr", OPTIONAL, NULL},
    {"prefill_path", OPTIONAL, NULL},
    {"prefill_bootinfo", REFUSED, "boot information blocks are not supported yet; remove it"},
    {0}};
static const struct element region = {"memory_region", region_attributes, no_children, NULL};

static const struct attribute image_attributes[] = {
    {"path", REQUIRED, NULL}, {"path_for_symbols", OPTIONAL, NULL}, {0}};
static const struct element image = {"program_image", image_attributes, no_children, NULL};

static const struct attribute map_attributes[] = {{"mr", REQUIRED, NULL},
                                                  {"vaddr", REQUIRED, NULL},
                                                  {"perms", OPTIONAL, NULL},
                                                  {"cached", OPTIONAL, NULL},
                                                  {"setvar_vaddr", OPTIONAL, NULL},
                                                  {"setvar_size", OPTIONAL, NULL},
                                                  {"setvar_prefill_size", OPTIONAL, NULL},
                                                  {0}};
static const struct element map = {"map", map_attributes, no_children, NULL};

static const struct attribute vm_map_attributes[] = {{"mr", REQUIRED, NULL},
                                                     {"vaddr", REQUIRED, NULL},
                                                     {"perms", OPTIONAL, NULL},
                                                     {"cached", OPTIONAL, NULL},
                                                     {"setvar_vaddr", REFUSED, NO_SYMBOLS},
                                                     {"setvar_size", REFUSED, NO_SYMBOLS},
                                                     {"setvar_prefill_size", REFUSED, NO_SYMBOLS},
                                                     {0}};
static const struct element vm_map = {"map", vm_map_attributes, no_children, NULL};

static const struct attribute irq_attributes[] = {{"irq", REQUIRED, NULL},
                                                  {"id", REQUIRED, NULL},
                                                  {"trigger", OPTIONAL, NULL},
                                                  {"setvar_id", OPTIONAL, NULL},
                                                  {"pin", REFUSED, NO_X86},
                                                  {"ioapic", REFUSED, NO_X86},
                                                  {"polarity", REFUSED, NO_X86},
                                                  {"vector", REFUSED, NO_X86},
                                                  {"pcidev", REFUSED, NO_X86},
                                                  {"handle", REFUSED, NO_X86},
                                                  {0}};
static const struct element irq = {"irq", irq_attributes, no_children, NULL};

static const struct attribute vm_irq_attributes[] = {
    {"irq", REQUIRED, NULL},
    {"trigger", OPTIONAL, NULL},
    {"vcpu", OPTIONAL, NULL},
    {"id", REFUSED,
     "inside a <virtual_machine> the interrupt goes straight to a vCPU and has no channel; remove "
     "it, "
     "or move the <irq> to the PD"},
    {0}};
static const struct element vm_irq = {"irq", vm_irq_attributes, no_children, NULL};

static const struct attribute setvar_attributes[] = {
    {"symbol", REQUIRED, NULL}, {"region_paddr", REQUIRED, NULL}, {0}};
static const struct element setvar = {"setvar", setvar_attributes, no_children, NULL};

static const struct attribute vcpu_attributes[] = {
    {"id", REQUIRED, NULL}, {"cpu", OPTIONAL, NULL}, {"setvar_id", OPTIONAL, NULL}, {0}};
static const struct element vcpu = {"vcpu", vcpu_attributes, no_children, NULL};

static const struct attribute vm_attributes[] = {
    {"name", REQUIRED, NULL},
    {"priority", OPTIONAL, NULL},
    {"budget", OPTIONAL, NULL},
    {"period", OPTIONAL, NULL},
    {"id", OPTIONAL, NULL},
    {"domain", REFUSED, "a VM runs in the domain of its PD; remove it"},
    {0}};
static const struct child vm_children[] = {{&vcpu, 0, 0}, {&vm_map, 0, 0}, {&vm_irq, 0, 0}, {0}};
static const struct element vm = {"virtual_machine", vm_attributes, vm_children, NULL};

static const struct attribute pd_attributes[] = {
    {"name", REQUIRED, NULL},      {"priority", OPTIONAL, NULL}, {"budget", OPTIONAL, NULL},
    {"period", OPTIONAL, NULL},    {"passive", OPTIONAL, NULL},  {"stack_size", OPTIONAL, NULL},
    {"cpu", OPTIONAL, NULL},       {"smc", OPTIONAL, NULL},      {"fpu", OPTIONAL, NULL},
    {"id", OPTIONAL, NULL}, /* of a child PD only, as the next one: sdf_pd.c */
    {"setvar_id", OPTIONAL, NULL}, {"domain", OPTIONAL, NULL},   {0}};
static const struct element pd;
static const struct child pd_children[] = {{&image, 1, 1},  {&map, 0, 0},    {&irq, 0, 0},
                                           {&setvar, 0, 0}, {&vm, 0, 1},     {&pd, 0, 0},
                                           {&cspace, 0, 1}, {&ioport, 0, 0}, {0}};
static const struct element pd = {"protection_domain", pd_attributes, pd_children, NULL};

static const struct attribute end_attributes[] = {
    {"pd", REQUIRED, NULL},     {"id", REQUIRED, NULL},        {"pp", OPTIONAL, NULL},
    {"notify", OPTIONAL, NULL}, {"setvar_id", OPTIONAL, NULL}, {0}};
static const struct element end = {"end", end_attributes, no_children, NULL};
static const struct child channel_children[] = {{&end, 2, 2}, {0}};
static const struct element channel = {"channel", no_attributes, channel_children, NULL};

static const struct child system_children[] = {{&pd, 1, 0},
                                               {&region, 0, 0},
                                               {&channel, 0, 0},
                                               {&domains, 0, 1},
                                               {&io_address_space, 0, 0},
                                               {&root_virtual_machine, 0, 0},
                                               {0}};
static const struct element root_element = {"system", no_attributes, system_children, NULL};

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
    if (strcmp((const char *)root->name, root_element.name) != 0) {
        sdf_error(sdf, root, "the outermost element of a system description is <system>");
        return;
    }
    check_element(sdf, root, &root_element);
}
