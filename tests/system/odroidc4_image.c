/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM's image for the Odroid C4, read back from its bytes: where it loads, what each page
 * of the guest's address space is, and where every interrupt goes. What is expected stands here
 * once more, from the Driver Virtual Machines page, and not from the description that was built.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "drover/manifest.h"
#include "table_walk.h"

#define IMAGE_PATH BUILD_DIR "/examples/driver_vm/odroidc4/driver_vm.img"

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define IMAGE_PA     0x20000000ull
#define RAM_END_PA   0xf5800000ull
#define FIRMWARE_PA  0x05000000ull /* reserved-memory of the board's tree */
#define FIRMWARE_END 0x07300000ull

#define READ_WRITE         (MAP_PERM_READ | MAP_PERM_WRITE)
#define READ_WRITE_EXECUTE (READ_WRITE | MAP_PERM_EXECUTE)

/* What the guest has; everything else is unmapped. */
static const struct expected_map {
    uint64_t gpa, pa, size;
    uint32_t perms;
    enum walk_memory memory;
} expected_maps[] = {
    {0x80000000, 0x80000000, 1 * GIB, READ_WRITE_EXECUTE, WALK_NORMAL_CACHED},
    {0xff3f0000, 0xff3f0000, 64 * KIB, READ_WRITE, WALK_DEVICE_NGNRE},
    {0xff600000, 0xff600000, 2 * MIB, READ_WRITE, WALK_DEVICE_NGNRE},
    {0xff800000, 0xff800000, 4 * MIB, READ_WRITE, WALK_DEVICE_NGNRE},
    {0xffc02000, 0xffc06000, 4 * KIB, READ_WRITE, WALK_DEVICE_NGNRE}, /* GICV for GICC */
    {0xffd00000, 0xffd00000, 1 * MIB, READ_WRITE, WALK_DEVICE_NGNRE},
    {0xffe05000, 0xffe05000, 4 * KIB, READ_WRITE, WALK_DEVICE_NGNRE},
    {0xffe07000, 0xffe07000, 4 * KIB, READ_WRITE, WALK_DEVICE_NGNRE},
};

/* By INTID, as the manifest sorts them. The page's interrupt 5 is an SGI, which has no route. */
static const struct expected_irq {
    uint32_t intid, channel, edge;
} expected_irqs[] = {
    {35, 15, 1}, {40, 21, 0}, {53, 10, 0},  {89, 14, 1},  {96, 23, 1},  {97, 24, 1},
    {98, 25, 1}, {99, 26, 1}, {100, 27, 1}, {101, 28, 1}, {102, 29, 1}, {103, 30, 1},
    {192, 7, 0}, {193, 8, 0}, {194, 9, 0},  {222, 18, 0}, {223, 19, 0}, {225, 11, 1},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static uint8_t *image;
static uint64_t image_size;

static void read_image(void)
{
    FILE *file = fopen(IMAGE_PATH, "re");
    long size = 0;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
        rewind(file);
        image = malloc((size_t)size);
    }
    if (image == NULL || fread(image, 1, (size_t)size, file) != (size_t)size) {
        perror(IMAGE_PATH);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    image_size = (uint64_t)size;
}

static uint64_t read_u64(uint64_t offset)
{
    uint64_t value;

    memcpy(&value, image + offset, sizeof(value));
    return value;
}

static const struct loader_info *loader_info(void)
{
    return (const struct loader_info *)(image + LOADER_INFO_OFFSET);
}

/* The manifest, found as the kernel finds it: by its own table. */
static const struct manifest *manifest(void)
{
    struct walk walk =
        walk_el2(image, IMAGE_PA, image_size, loader_info()->kernel_table_pa, KERNEL_MANIFEST_VA);

    return (const struct manifest *)(image + (walk.pa - IMAGE_PA));
}

static const void *manifest_array(uint32_t offset)
{
    return (const uint8_t *)manifest() + offset;
}

static uint64_t stage2_root(uint64_t vttbr)
{
    return vttbr & 0xffffffffffffull; /* VTTBR_EL2.BADDR; the VMID is above */
}

/* The header is the Linux boot protocol's (Documentation/arm64/booting.rst): text_offset at 8,
 * magic at
 * 56. The board's RAM begins at 0, so the offset is the address. */
static bool loads_at_its_place(struct machine *machine)
{
    (void)machine;
    return (memcmp(image + 56, "ARM\x64", 4) == 0 || case_fail("no arm64 Image header")) &&
           (read_u64(8) == IMAGE_PA || case_fail("text_offset is %#lx", read_u64(8))) &&
           (loader_info()->magic == LOADER_INFO_MAGIC || case_fail("no loader information")) &&
           (loader_info()->image_pa == IMAGE_PA ||
            case_fail("it is built for %#lx", loader_info()->image_pa));
}

static bool overlap(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
    return a < b_end && b < a_end;
}

/* What the loader zeroes lies in RAM, and outside of the image and the firmware's memory. */
static bool zeroes_only_free_memory(struct machine *machine)
{
    const struct loader_info *info = loader_info();
    const struct loader_range *zero =
        (const struct loader_range *)(image + (info->zero_pa - IMAGE_PA));

    (void)machine;
    for (uint32_t i = 0; i < info->zero_count; i++) {
        uint64_t end = zero[i].pa + zero[i].size;

        if (end > RAM_END_PA || overlap(zero[i].pa, end, FIRMWARE_PA, FIRMWARE_END) ||
            overlap(zero[i].pa, end, IMAGE_PA, IMAGE_PA + info->image_size)) {
            return case_fail("it zeroes %#lx to %#lx", zero[i].pa, end);
        }
    }
    return info->zero_count > 0 || case_fail("it zeroes nothing");
}

static const struct expected_map *expected_at(uint64_t gpa)
{
    for (size_t i = 0; i < COUNT(expected_maps); i++) {
        if (gpa >= expected_maps[i].gpa && gpa - expected_maps[i].gpa < expected_maps[i].size) {
            return &expected_maps[i];
        }
    }
    return NULL;
}

static bool guest_page_is_as_expected(uint64_t root_pa, uint64_t gpa)
{
    const struct expected_map *expected = expected_at(gpa);
    struct walk walk = walk_stage2(image, IMAGE_PA, image_size, root_pa, gpa);

    if (expected == NULL) {
        return !walk.mapped || case_fail("GPA %#lx reaches PA %#lx", gpa, walk.pa);
    }
    if (!walk.mapped) {
        return case_fail("GPA %#lx is not mapped", gpa);
    }
    return (walk.pa == expected->pa + (gpa - expected->gpa) && walk.perms == expected->perms &&
            walk.memory == expected->memory) ||
           case_fail("GPA %#lx: PA %#lx, rights %u, memory %d", gpa, walk.pa, walk.perms,
                     walk.memory);
}

/* Page by page over the first 4 GiB, where the board has all it has; above, by 2 MiB. */
static bool guest_reaches_what_was_granted(struct machine *machine)
{
    const struct manifest_vcpu *vcpu = manifest_array(manifest()->vcpu_offset);
    uint64_t root_pa = stage2_root(vcpu->vttbr);

    (void)machine;
    if (manifest()->vcpu_count != 1) {
        return case_fail("%u vCPUs", manifest()->vcpu_count);
    }
    for (uint64_t gpa = 0; gpa < 1ull << STAGE2_INPUT_BITS;
         gpa += gpa < 4 * GIB ? PAGE_SIZE_4K : PAGE_SIZE_2M) {
        if (!guest_page_is_as_expected(root_pa, gpa)) {
            return false;
        }
    }
    return true;
}

static bool vmm_sees_guest_ram(struct machine *machine)
{
    const struct manifest_pd *pd = manifest_array(manifest()->pd_offset);

    (void)machine;
    for (uint64_t va = 0x80000000; va < 0xc0000000; va += PAGE_SIZE_4K) {
        struct walk walk = walk_stage2(image, IMAGE_PA, image_size, stage2_root(pd->vttbr), va);

        if (!walk.mapped || walk.pa != va || walk.perms != READ_WRITE ||
            walk.memory != WALK_NORMAL_CACHED) {
            return case_fail("the VMM's VA %#lx: PA %#lx, rights %u", va, walk.pa, walk.perms);
        }
    }
    return true;
}

static bool interrupts_go_where_they_should(struct machine *machine)
{
    const struct manifest_irq *irqs = manifest_array(manifest()->irq_offset);

    (void)machine;
    if (manifest()->irq_count != COUNT(expected_irqs)) {
        return case_fail("%u routes", manifest()->irq_count);
    }
    for (size_t i = 0; i < COUNT(expected_irqs); i++) {
        if (irqs[i].intid != expected_irqs[i].intid || irqs[i].edge != expected_irqs[i].edge ||
            irqs[i].kind != VM_IRQ_CHANNEL || irqs[i].owner != 0 ||
            irqs[i].channel != expected_irqs[i].channel) {
            return case_fail("INTID %u: channel %u of PD %u, edge %u", irqs[i].intid,
                             irqs[i].channel, irqs[i].owner, irqs[i].edge);
        }
    }
    return true;
}

static const struct test_case cases[] = {
    {"it loads at 0x20000000 and says so to a boot loader", loads_at_its_place},
    {"it zeroes no memory but its own", zeroes_only_free_memory},
    {"the guest reaches what was granted, at its place, and nothing else",
     guest_reaches_what_was_granted},
    {"the VMM sees the guest's RAM at the same address", vmm_sees_guest_ram},
    {"every interrupt goes to its channel", interrupts_go_where_they_should},
};

int main(void)
{
    read_image();
    return cases_run(NULL, cases, COUNT(cases));
}
