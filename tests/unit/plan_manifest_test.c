/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What programs, the kernel and VMMs are told: symbols, the manifest and routing tables of whole
 * plans.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "diag_capture.h"
#include "plan_build.h"

static void symbols_are_set(void **state)
{
    (void)state;
    struct image_reader image = plan_built(
        "<memory_region name='m' size='0x3000'/>"
        "<protection_domain name='b' priority='9'><program_image path='a.elf'/>"
        "<irq irq='40' id='5'/></protection_domain>"
        "<channel><end pd='a' id='3' pp='true' notify='false'/><end pd='b' id='7'/></channel>" PD(
            "<map mr='m' vaddr='0x1000000' perms='r'/>"
            "<setvar symbol='in_data' region_paddr='m'/>"));
    uint64_t pa = image_word(&image, "a", 0x202010);
    assert_true(image_maps(&image, image_pd(&image, "a")->vttbr, 0x1000000, pa, 0x3000,
                           MAP_PERM_READ, WALK_NORMAL_CACHED));
    assert_true(image_zeroes(&image, pa, 0x3000));
    const char *name =
        image_bytes(&image, image_walk(&image, image_pd(&image, "b")->vttbr, 0x202040).pa);
    assert_string_equal(name, "b");
    assert_int_equal(image_word(&image, "a", 0x215008), 0);
    assert_int_equal(image_word(&image, "b", 0x215008), 1 << 5);
    assert_int_equal(image_word(&image, "a", 0x215010), 0);
    assert_int_equal(image_word(&image, "b", 0x215010), 1 << 7);
    assert_int_equal(image_word(&image, "a", 0x215018), 1 << 3);
    assert_int_equal(image_word(&image, "b", 0x215018), 0);

    const struct manifest_channel *first = image_channel(&image, 0);
    assert_int_equal(image.manifest->channel_count, 2);
    assert_true(first->pd < image_channel(&image, 1)->pd);
    const struct manifest_irq *irq = image_irq(&image, 40);
    assert_non_null(irq);
    assert_int_equal(irq->kind, VM_IRQ_CHANNEL);
    assert_int_equal(irq->channel, 5);
    plan_done();
}

static void virtual_machine(void **state)
{
    (void)state;
    struct image_reader image = plan_built(GUEST);
    const struct manifest_vcpu *vcpu = image_vcpu(&image, 0);
    const struct manifest_pd *pd = image_pd(&image, "a");
    assert_int_equal(vcpu->vttbr >> 48, VMID_VM(0));
    assert_true(image_maps(&image, vcpu->vttbr, 0x41000000, 0x41000000, 0x800000, RW | RX,
                           WALK_NORMAL_CACHED));
    assert_int_equal(image_walk(&image, vcpu->vttbr, 0x41000000).block, 0x200000);
    assert_int_equal(image_walk(&image, vcpu->vttbr, 0x08010000).pa, 0x08040000);
    assert_int_equal(image_walk(&image, vcpu->vttbr, 0x08010000).memory, WALK_DEVICE_NGNRE);
    assert_false(image_walk(&image, vcpu->vttbr, 0x08000000).mapped);
    assert_int_equal(image_walk(&image, pd->vttbr, PD_VCPU_PAGE_VA(0ull)).pa,
                     image_walk_kernel(&image, KERNEL_VCPU_VA).pa);
    assert_int_equal(pd->vcpu_count, 1);

    assert_null(image_irq(&image, 5));
    assert_int_equal(image.manifest->irq_count, 2);
    assert_true(image_irq(&image, 49) < image_irq(&image, 50));
    assert_int_equal(image_irq(&image, 50)->edge, 1);
    assert_int_equal(image_irq(&image, 49)->kind, VM_IRQ_STRAIGHT);
    assert_int_equal(image_irq(&image, 49)->owner, 0);
    plan_done();
}

static void vm_information(void **state)
{
    (void)state;
    struct image_reader image = plan_built(GUEST);
    struct walk page = image_walk(&image, image_pd(&image, "a")->vttbr, PD_VM_INFO_VA);
    assert_int_equal(page.perms, MAP_PERM_READ);
    const struct vm_info *info = image_bytes(&image, page.pa);
    assert_int_equal(info->magic, VM_INFO_MAGIC);
    assert_string_equal(info->vm_name, "linux");
    assert_int_equal(info->gicd_gpa, 0x08000000);
    assert_int_equal(info->gicc_gpa, 0x08010000);
    assert_int_equal(info->gicc_size, 0x1000);
    assert_int_equal(info->region_count, 2);
    const struct vm_info_region *regions = (const void *)((const char *)info + info->region_offset);
    assert_string_equal(regions[0].name, "ram");
    assert_int_equal(regions[0].gpa, 0x41000000);
    assert_int_equal(regions[0].vmm_va, 0x60000000);
    assert_int_equal(regions[0].kind, VM_REGION_RAM);
    assert_int_equal(regions[1].kind, VM_REGION_DEVICE);
    assert_int_equal(regions[1].vmm_va, 0);
    const struct vm_info_irq *irqs = (const void *)((const char *)info + info->irq_offset);
    assert_int_equal(info->irq_count, 2);
    assert_int_equal(irqs[0].intid, 50);
    assert_int_equal(irqs[0].target, 2);
    assert_int_equal(irqs[1].kind, VM_IRQ_STRAIGHT);
    plan_done();
}

static void threads_and_their_schedule(void **state)
{
    (void)state;
    struct image_reader image = plan_built(
        "<domains><domain name='x' id='7'/><domain name='y'/><domain_schedule start_index='1'>"
        "<schedule_entry domain='x' duration='9 us'/><schedule_entry domain='x' duration='5 us'/>"
        "<schedule_entry domain='y' duration='6 ticks'/></domain_schedule></domains>"
        "<protection_domain name='a' domain='x' priority='254' budget='100' period='300' "
        "passive='true' smc='true' fpu='false'><program_image path='a.elf'/>"
        "<virtual_machine name='linux' priority='3' budget='4' period='5'><vcpu id='0'/>"
        "</virtual_machine><protection_domain name='b' id='9' domain='y'>"
        "<program_image path='a.elf'/></protection_domain></protection_domain>");
    const struct manifest_pd *a = image_pd(&image, "a");
    const struct manifest_pd *b = image_pd(&image, "b");
    assert_int_equal(a->priority, 254);
    assert_int_equal(a->budget_us, 100);
    assert_int_equal(a->period_us, 300);
    assert_int_equal(a->passive, 1);
    assert_int_equal(a->smc, 1);
    assert_int_equal(a->fpu, 0);
    assert_int_equal(a->domain, 7);
    assert_int_equal(b->domain, 0);
    assert_int_equal(b->parent, 0);
    assert_int_equal(b->child_id, 9);
    assert_int_equal(b->budget_us, 1000);
    assert_int_equal(b->fpu, 1);
    assert_int_equal(image_vcpu(&image, 0)->priority, 3);
    assert_int_equal(image_vcpu(&image, 0)->budget_us, 4);
    assert_int_equal(image_vcpu(&image, 0)->period_us, 5);
    assert_int_equal(image.manifest->schedule_count, 2);
    assert_int_equal(image_schedule(&image, 0)->domain, 7);
    assert_int_equal(image_schedule(&image, 0)->unit, DURATION_US);
    assert_int_equal(image_schedule(&image, 0)->duration, 5);
    assert_int_equal(image_schedule(&image, 1)->domain, 0);
    assert_int_equal(image_schedule(&image, 1)->unit, DURATION_TICKS);
    assert_int_equal(image_schedule(&image, 1)->duration, 6);
    plan_done();
}

static void rights_to_other_pds(void **state)
{
    (void)state;
    struct image_reader image = plan_built(
        "<protection_domain name='b'><program_image path='a.elf'/><cspace>"
        "<cap_vspace slot='127' pd='a'/><cap_tcb slot='5' pd='a'/><cap_sc slot='0' pd='b'/>"
        "</cspace></protection_domain>" PD("<cspace><cap_tcb slot='1' pd='b'/></cspace>"));
    static const struct manifest_slot expected[] = {
        {.pd = 0, .slot = 0, .kind = SLOT_SC, .target_pd = 0},
        {.pd = 0, .slot = 5, .kind = SLOT_TCB, .target_pd = 1},
        {.pd = 0, .slot = 127, .kind = SLOT_VSPACE, .target_pd = 1},
        {.pd = 1, .slot = 1, .kind = SLOT_TCB, .target_pd = 0},
    };
    assert_int_equal(image.manifest->slot_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_memory_equal(image_slot(&image, i), &expected[i], sizeof(expected[i]));
    }
    plan_done();
}

static void interrupt_of_the_physical_timer(void **state)
{
    (void)state;
    struct image_reader image =
        plan_built(GUEST "<protection_domain name='timer'>"
                         "<program_image path='a.elf'/><irq irq='30' id='4'/>"
                         "</protection_domain>");
    const struct manifest_irq *irq = image_irq(&image, 30);
    assert_non_null(irq);
    assert_int_equal(irq->kind, VM_IRQ_CHANNEL);
    assert_int_equal(irq->owner, 1);
    assert_int_equal(irq->channel, 4);
    plan_done();
}

static void vcpus_out_of_order(void **state)
{
    (void)state;
    struct image_reader image =
        plan_built(PD("<virtual_machine name='linux'><vcpu id='1'/><vcpu id='0'/>"
                      "<irq irq='49' vcpu='0'/><irq irq='50' vcpu='1'/></virtual_machine>"));
    assert_int_equal(image_vcpu(&image, 0)->vcpu_id, 1);
    assert_int_equal(image_vcpu(&image, 1)->vcpu_id, 0);
    assert_int_equal(image_irq(&image, 49)->owner, 1);
    assert_int_equal(image_irq(&image, 50)->owner, 0);
    plan_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_set),     cmocka_unit_test(virtual_machine),
        cmocka_unit_test(vm_information),      cmocka_unit_test(threads_and_their_schedule),
        cmocka_unit_test(rights_to_other_pds), cmocka_unit_test(interrupt_of_the_physical_timer),
        cmocka_unit_test(vcpus_out_of_order),
    };
    return cmocka_run_group_tests(tests, plan_group_set_up, plan_group_tear_down);
}
