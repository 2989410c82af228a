/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the reader makes of right descriptions: every value, default, reference and source line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drover/manifest.h"
#include "system.h"

#define GOOD "tests/bad/good/"

static void defaults_are_the_microkits(void **state)
{
    (void)state;
    struct system *system = system_read(GOOD "minimal.system", NULL, 0);
    assert_non_null(system);
    assert_int_equal(system->region_count, 0);
    assert_int_equal(system->channel_count, 0);
    assert_int_equal(system->pd_count, 1);
    const struct pd *pd = &system->pds[0];
    assert_string_equal(pd->name, "a");
    assert_string_equal(pd->program_path, "a.elf");
    assert_null(pd->symbols_path);
    assert_int_equal(pd->priority, 0);
    assert_int_equal(pd->budget_us, 1000);
    assert_int_equal(pd->period_us, 1000);
    assert_int_equal(pd->stack_size, 0x2000);
    assert_false(pd->passive);
    assert_false(pd->smc);
    assert_true(pd->fpu);
    assert_int_equal(pd->parent, INDEX_NONE);
    assert_null(pd->vm);
    assert_int_equal(pd->domain, INDEX_NONE);
    assert_int_equal(pd->capability_count, 0);
    assert_int_equal(system->domain_count, 0);
    assert_int_equal(system->schedule_count, 0);
    assert_string_equal(pd->source.file, GOOD "minimal.system");
    assert_int_equal(pd->source.line, 3);
    assert_int_equal(pd->program_source.line, 4);
    system_free(system);
}

static void check_regions(const struct system *system)
{
    assert_int_equal(system->region_count, 5);
    const struct memory_region *shared = &system->regions[0];
    assert_int_equal(shared->size, 0x2000);
    assert_int_equal(shared->page_size, 0);
    assert_false(shared->has_phys_addr);
    assert_null(shared->prefill_path);
    const struct memory_region *ram = &system->regions[1];
    assert_string_equal(ram->name, "ram");
    assert_int_equal(ram->size, 0x400000);
    assert_int_equal(ram->page_size, PAGE_SIZE_2M);
    assert_true(ram->has_phys_addr);
    assert_int_equal(ram->phys_addr, 0x40000000);
    assert_int_equal(ram->source.line, 18);
    assert_int_equal(system->regions[2].page_size, PAGE_SIZE_4K);
    assert_int_equal(system->regions[3].size, 0);
    assert_string_equal(system->regions[3].prefill_path, "Image");
    assert_int_equal(system->regions[4].size, 4096);
}

/* An id that is not given is the lowest free one; what lies outside of the markers never runs. */
static void check_domains(const struct system *system)
{
    assert_int_equal(system->domain_count, 2);
    assert_string_equal(system->domains[0].name, "devices");
    assert_int_equal(system->domains[0].id, 1);
    assert_int_equal(system->domains[1].id, 0);
    assert_int_equal(system->domains[1].source.line, 6);
    assert_int_equal(system->schedule_count, 2);
    assert_int_equal(system->schedule[0].domain, 0);
    assert_int_equal(system->schedule[0].duration, 1000);
    assert_false(system->schedule[0].is_ticks);
    assert_int_equal(system->schedule[0].source.line, 10);
    assert_int_equal(system->schedule[1].domain, 1);
    assert_int_equal(system->schedule[1].duration, 0x400);
    assert_true(system->schedule[1].is_ticks);
    assert_int_equal(system->pds[0].domain, 0);
    assert_int_equal(system->pds[1].domain, 1);
    assert_int_equal(system->pds[2].domain, 1);
}

static void check_capabilities(const struct pd *pd)
{
    assert_int_equal(pd->capability_count, 3);
    assert_int_equal(pd->capabilities[0].kind, CAPABILITY_TCB);
    assert_int_equal(pd->capabilities[0].slot, 1);
    assert_int_equal(pd->capabilities[0].pd, 2);
    assert_int_equal(pd->capabilities[1].kind, CAPABILITY_SC);
    assert_int_equal(pd->capabilities[1].slot, 0);
    assert_int_equal(pd->capabilities[1].pd, 0);
    assert_int_equal(pd->capabilities[2].kind, CAPABILITY_VSPACE);
    assert_int_equal(pd->capabilities[2].slot, 127);
    assert_int_equal(pd->capabilities[2].pd, 1);
}

static void check_driver(const struct pd *pd)
{
    assert_int_equal(pd->priority, 254);
    assert_int_equal(pd->budget_us, 500);
    assert_int_equal(pd->period_us, 2000);
    assert_true(pd->passive);
    assert_false(pd->fpu);
    assert_int_equal(pd->stack_size, 0x4000);
    assert_string_equal(pd->symbols_path, "driver.debug");
    assert_int_equal(pd->source.line, 23);
    assert_int_equal(pd->map_count, 1);
    assert_int_equal(pd->maps[0].region, 0);
    assert_int_equal(pd->maps[0].vaddr, 0x10000000);
    assert_int_equal(pd->maps[0].perms, MAP_PERM_READ);
    assert_true(pd->maps[0].cached);
    assert_string_equal(pd->maps[0].setvar_vaddr, "shared");
    assert_string_equal(pd->maps[0].setvar_size, "shared_size");
    assert_null(pd->maps[0].setvar_prefill_size);
    assert_int_equal(pd->irq_count, 2);
    assert_int_equal(pd->irqs[1].intid, 30);
    assert_int_equal(pd->irqs[0].intid, 1019);
    assert_int_equal(pd->irqs[0].id, 61);
    assert_true(pd->irqs[0].edge);
    assert_string_equal(pd->irqs[0].setvar_id, "uart_id");
    assert_int_equal(pd->setvar_count, 1);
    assert_string_equal(pd->setvars[0].symbol, "shared_paddr");
    assert_int_equal(pd->setvars[0].region, 0);
    check_capabilities(pd);
}

static void check_vm(const struct vm *vm)
{
    assert_non_null(vm);
    assert_string_equal(vm->name, "guest");
    assert_int_equal(vm->priority, 1);
    assert_int_equal(vm->budget_us, 1000);
    assert_int_equal(vm->period_us, 4000);
    assert_int_equal(vm->vcpu_count, 2);
    assert_int_equal(vm->vcpus[0].id, 0);
    assert_string_equal(vm->vcpus[0].setvar_id, "boot_vcpu");
    assert_int_equal(vm->vcpus[1].id, 1);
    assert_int_equal(vm->map_count, 2);
    assert_int_equal(vm->maps[0].perms, MAP_PERM_READ | MAP_PERM_WRITE | MAP_PERM_EXECUTE);
    assert_int_equal(vm->maps[1].region, 2);
    assert_false(vm->maps[1].cached);
    assert_int_equal(vm->irq_count, 2);
    assert_int_equal(vm->irqs[0].intid, 33);
    assert_int_equal(vm->irqs[0].id, 0);
    assert_false(vm->irqs[0].edge);
    assert_int_equal(vm->irqs[1].id, 1);
    assert_true(vm->irqs[1].edge);
}

static void everything_is_read(void **state)
{
    (void)state;
    struct system *system = system_read(GOOD "everything.system", NULL, 0);
    assert_non_null(system);
    check_regions(system);
    check_domains(system);
    assert_int_equal(system->pd_count, 3);
    check_driver(&system->pds[0]);
    const struct pd *vmm = &system->pds[1];
    assert_true(vmm->smc);
    assert_int_equal(vmm->maps[0].perms, MAP_PERM_READ | MAP_PERM_WRITE);
    assert_string_equal(vmm->maps[1].setvar_prefill_size, "kernel_size");
    check_vm(vmm->vm);
    const struct pd *watchdog = &system->pds[2];
    assert_int_equal(watchdog->parent, 1);
    assert_int_equal(watchdog->id, 62);
    assert_string_equal(watchdog->setvar_id, "watchdog_id");
    assert_int_equal(system->channel_count, 1);
    const struct channel_end *ends = system->channels[0].ends;
    assert_int_equal(ends[0].pd, 0);
    assert_false(ends[0].pp);
    assert_true(ends[0].notify);
    assert_string_equal(ends[0].setvar_id, "vmm_channel");
    assert_int_equal(ends[1].pd, 1);
    assert_true(ends[1].pp);
    assert_false(ends[1].notify);
    system_free(system);
}

static void old_spelling_makes_one_vcpu_and_sgi_stays(void **state)
{
    (void)state;
    struct system *system = system_read(GOOD "old_virtual_machine_spelling.system", NULL, 0);
    assert_non_null(system);
    const struct pd *pd = &system->pds[0];
    assert_int_equal(pd->vm->vcpu_count, 1);
    assert_int_equal(pd->vm->vcpus[0].id, 0);
    assert_int_equal(pd->irq_count, 2);
    assert_int_equal(pd->irqs[0].intid, 5);
    system_free(system);
}

static void parents_come_before_children(void **state)
{
    (void)state;
    struct system *system = system_read(GOOD "chain_of_63_pds.system", NULL, 0);
    assert_non_null(system);
    assert_int_equal(system->pd_count, PD_MAX);
    assert_int_equal(system->pds[0].parent, INDEX_NONE);
    for (size_t i = 1; i < system->pd_count; i++) {
        assert_int_equal(system->pds[i].parent, i - 1);
    }
    system_free(system);
}

static void text_is_decoded(void **state)
{
    (void)state;
    struct system *system = system_read(GOOD "other_xml_spellings.system", NULL, 0);
    assert_non_null(system);
    assert_string_equal(system->pds[0].name, "caf\xc3\xa9 & tea");
    assert_int_equal(system->pds[0].source.line, 4);
    system_free(system);
}

/* A prefill file's size becomes known after reading; its mapping may then turn out to overlap. */
static void placement_is_checked_again_with_sizes(void **state)
{
    (void)state;
    struct system *system = system_read(GOOD "everything.system", NULL, 0);
    assert_non_null(system);
    assert_true(system_placement_check(system));
    system->regions[3].size = 0x10000000;
    assert_true(system_placement_check(system));
    system->regions[3].size += 0x1000;
    assert_false(system_placement_check(system));
    system_free(system);
}

static void missing_file_is_refused(void **state)
{
    (void)state;
    assert_null(system_read("tests/bad/no_such_file.system", NULL, 0));
    assert_null(system_read("tests/bad", NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_microkits),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(old_spelling_makes_one_vcpu_and_sgi_stays),
        cmocka_unit_test(parents_come_before_children),
        cmocka_unit_test(text_is_decoded),
        cmocka_unit_test(placement_is_checked_again_with_sizes),
        cmocka_unit_test(missing_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
