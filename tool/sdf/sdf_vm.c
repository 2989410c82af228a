/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <virtual_machine> and its <vcpu>.
 */
#include "sdf.h"

#include "alloc.h"
#include "drover/abi.h"

/* Before the Microkit 2, a virtual machine was one vCPU and carried its id itself. */
static void vcpu_of_old_spelling(const struct sdf *sdf, const xmlNode *node, struct vm *vm)
{
    if (vm->vcpu_count != 0) {
        sdf_error(sdf, node, "it has an id and a <vcpu>; remove the id, which is the old spelling");
        return;
    }
    if (sdf_number(sdf, node, "id", 0, 0, UINT64_MAX) != 0) {
        sdf_error(sdf, node,
                  "an id other than 0 on a virtual machine; write <vcpu id=\"ID\" /> inside "
                  "instead");
        return;
    }
    sdf_warning(sdf, node,
                "an id is the old spelling of a virtual machine with one vCPU; write "
                "<vcpu id=\"0\" /> inside instead");
    vm->vcpus[vm->vcpu_count++] = (struct vcpu){.source = vm->source};
}

/* vCPUs share the one core that the kernel runs on: they are as many, only not at once. */
static void cpu_check(const struct sdf *sdf, const xmlNode *vcpu)
{
    uint64_t cpu = sdf_number(sdf, vcpu, "cpu", 0, 0, CPU_ID_MAX);
    if (cpu != 0) {
        sdf_warning(sdf, vcpu, "cpu %u: the kernel runs on one core; the vCPU shares it",
                    (unsigned)cpu);
    }
}

static void vcpus_read(const struct sdf *sdf, const xmlNode *node, struct vm *vm)
{
    vm->vcpus = alloc_array(sdf_count(node, "vcpu") + 1, sizeof(struct vcpu));
    for (const xmlNode *vcpu = sdf_first(node, "vcpu"); vcpu != NULL; vcpu = sdf_next(vcpu)) {
        vm->vcpus[vm->vcpu_count++] = (struct vcpu){
            .source = sdf_source(sdf, vcpu),
            .id = (uint32_t)sdf_number(sdf, vcpu, "id", 0, 0, VCPU_MAX - 1),
            .setvar_id = sdf_string(sdf, vcpu, "setvar_id"),
        };
        cpu_check(sdf, vcpu);
    }
    if (sdf_attribute(node, "id") != NULL) {
        vcpu_of_old_spelling(sdf, node, vm);
    } else if (vm->vcpu_count == 0) {
        sdf_error(sdf, node, "it has no vCPU; add <vcpu id=\"0\" />");
    } else if (vm->vcpu_count > VCPU_MAX) {
        sdf_error(sdf, node, "it has %zu vCPUs; at most %d are possible", vm->vcpu_count, VCPU_MAX);
    }
}

struct vm *sdf_vm_read(const struct sdf *sdf, const xmlNode *pd)
{
    const xmlNode *node = sdf_first(pd, "virtual_machine");
    if (node == NULL) {
        return NULL;
    }
    struct vm *vm = alloc_array(1, sizeof(struct vm));
    vm->source = sdf_source(sdf, node);
    vm->name = sdf_name(sdf, node);
    vm->priority = (uint32_t)sdf_number(sdf, node, "priority", 0, 0, PRIORITY_MAX);
    sdf_budget(sdf, node, &vm->budget_us, &vm->period_us);
    vcpus_read(sdf, node, vm);
    vm->maps = sdf_maps_read(sdf, node, &vm->map_count);
    vm->irqs = sdf_irqs_read(sdf, node, &vm->irq_count);
    return vm;
}
