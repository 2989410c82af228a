/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <protection_domain> with its <program_image> and <setvar>, and the PDs inside it.
 */
#include "sdf.h"

#include "alloc.h"
#include "drover/abi.h"

#define STACK_SIZE_DEFAULT 0x2000
#define STACK_SIZE_MAX     0x1000000

/* The kernel runs on one core, so that there is nothing to choose. */
static void cpu_check(const struct sdf *sdf, const xmlNode *node)
{
    uint64_t cpu = sdf_number(sdf, node, "cpu", 0, 0, CPU_ID_MAX);
    if (cpu != 0) {
        sdf_error(sdf, node, "cpu %u: more than one core is not supported yet; use 0",
                  (unsigned)cpu);
    }
}

static void image_read(const struct sdf *sdf, const xmlNode *node, struct pd *pd)
{
    const xmlNode *image = sdf_first(node, "program_image");
    pd->program_source = sdf_source(sdf, image);
    pd->program_path = sdf_string(sdf, image, "path");
    pd->symbols_path = sdf_string(sdf, image, "path_for_symbols");
}

static void stack_read(const struct sdf *sdf, const xmlNode *node, struct pd *pd)
{
    pd->stack_size =
        sdf_number(sdf, node, "stack_size", STACK_SIZE_DEFAULT, PAGE_SIZE_4K, STACK_SIZE_MAX);
    if (pd->stack_size % PAGE_SIZE_4K != 0) {
        sdf_error(sdf, node, "stack_size \"%.64s\" is not a multiple of 0x1000 bytes; round it up",
                  sdf_attribute(node, "stack_size"));
    }
}

/* The identifier of a child PD within its parent. */
static void id_read(const struct sdf *sdf, const xmlNode *node, struct pd *pd)
{
    if (pd->parent == INDEX_NONE &&
        (sdf_attribute(node, "id") != NULL || sdf_attribute(node, "setvar_id") != NULL)) {
        sdf_error(sdf, node, "only a PD inside another one has id and setvar_id; remove them");
    } else if (pd->parent != INDEX_NONE && sdf_attribute(node, "id") == NULL) {
        sdf_error(sdf, node, "attribute \"id\" is missing; a PD inside another one needs it");
    }
    pd->id = (uint32_t)sdf_number(sdf, node, "id", 0, 0, CHILD_MAX - 1);
    pd->setvar_id = sdf_string(sdf, node, "setvar_id");
}

/* With a schedule every PD has a domain, without one none has. */
static size_t domain_read(const struct sdf *sdf, const xmlNode *node)
{
    const char *name = sdf_attribute(node, "domain");
    bool wanted = sdf->system->domain_count > 0;
    size_t domain = name == NULL ? INDEX_NONE : names_find(&sdf->domain_names, name);
    if (wanted && name == NULL) {
        sdf_error(
            sdf, node,
            "attribute \"domain\" is missing; in a system with <domains> each PD has one; add it");
    } else if (!wanted && name != NULL) {
        sdf_error(sdf, node,
                  "domain \"%.64s\", but the system has no <domains>; remove the attribute, or "
                  "declare domains and their schedule",
                  name);
    } else if (wanted && domain == INDEX_NONE) {
        sdf_error(sdf, node, "domain \"%.64s\" is no <domain>; declare it, or correct the name",
                  name);
    }
    return domain;
}

static struct setvar *setvars_read(const struct sdf *sdf, const xmlNode *parent, size_t *count)
{
    struct setvar *setvars = alloc_array(sdf_count(parent, "setvar"), sizeof(struct setvar));
    *count = 0;
    for (const xmlNode *node = sdf_first(parent, "setvar"); node != NULL; node = sdf_next(node)) {
        setvars[(*count)++] = (struct setvar){
            .source = sdf_source(sdf, node),
            .symbol = sdf_string(sdf, node, "symbol"),
            .region = sdf_region_named(sdf, node, "region_paddr"),
        };
    }
    return setvars;
}

static struct pd pd_read(const struct sdf *sdf, const xmlNode *node, size_t parent)
{
    struct pd pd = {.source = sdf_source(sdf, node), .parent = parent};
    pd.name = sdf_name(sdf, node);
    pd.priority = (uint32_t)sdf_number(sdf, node, "priority", 0, 0, PRIORITY_MAX);
    sdf_budget(sdf, node, &pd.budget_us, &pd.period_us);
    pd.passive = sdf_flag(sdf, node, "passive", false);
    pd.smc = sdf_flag(sdf, node, "smc", false);
    pd.fpu = sdf_flag(sdf, node, "fpu", true);
    cpu_check(sdf, node);
    pd.domain = domain_read(sdf, node);
    stack_read(sdf, node, &pd);
    id_read(sdf, node, &pd);
    image_read(sdf, node, &pd);
    pd.maps = sdf_maps_read(sdf, node, &pd.map_count);
    pd.irqs = sdf_irqs_read(sdf, node, &pd.irq_count);
    pd.setvars = setvars_read(sdf, node, &pd.setvar_count);
    pd.vm = sdf_vm_read(sdf, node);
    return pd;
}

/* Reads the PDs inside `parent_node`, each before its own children. */
static void pds_read_inside(struct sdf *sdf, const xmlNode *parent_node, size_t parent)
{
    struct system *system = sdf->system;
    for (const xmlNode *node = sdf_first(parent_node, "protection_domain"); node != NULL;
         node = sdf_next(node)) {
        size_t index = system->pd_count;
        system->pds = alloc_grow(system->pds, index, &sdf->pd_capacity, sizeof(struct pd));
        system->pds[index] = pd_read(sdf, node, parent);
        system->pd_count++;
        pds_read_inside(sdf, node, index);
    }
}

void sdf_pds_read(struct sdf *sdf, const xmlNode *root)
{
    struct system *system = sdf->system;
    pds_read_inside(sdf, root, INDEX_NONE);
    for (size_t i = 0; i < system->pd_count; i++) {
        names_add(&sdf->pd_names, system->pds[i].name, i, &system->pds[i].source);
    }
    names_sort(&sdf->pd_names);
}
