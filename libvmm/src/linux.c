/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The payload of a Linux guest. First everything is checked, in guest-physical space, where the
 * pieces could come to lie on each other; only then is anything copied.
 */
#include <libvmm/arch/aarch64/linux.h>

#include <libvmm/guest_ram.h>
#include <libvmm/util/util.h>

#include "guest_state.h"
#include "platform.h"
#include "vm_info.h"

#define SIZE_2M 0x200000ul

/* Where an Image without a size (before Linux 3.17) wants to be: booting.rst, "image_size". */
#define TEXT_OFFSET_OLD 0x80000

/* Devicetree specification 0.4, 5.2: the header is big-endian. */
#define DTB_MAGIC            0xd00dfeedu
#define DTB_VERSION          17 /* the newest that a parser for this version reads */
#define DTB_VERSION_OLDEST   16
#define DTB_SIZE_MAX         SIZE_2M /* booting.rst, 2 */
#define DTB_WORD_TOTALSIZE   1
#define DTB_WORD_STRUCT      2
#define DTB_WORD_STRINGS     3
#define DTB_WORD_RESERVED    4
#define DTB_WORD_VERSION     5
#define DTB_WORD_COMPATIBLE  6
#define DTB_WORD_STRINGS_LEN 8
#define DTB_WORD_STRUCT_LEN  9
#define DTB_HEADER_SIZE      40

/* One piece of the payload. */
struct payload {
    const char *name;
    uintptr_t source; /* VA in the VMM */
    uint64_t size;    /* bytes to copy */
    uint64_t gpa;
    uint64_t memory; /* bytes it takes in guest RAM */
};

enum { KERNEL, DTB, INITRD, PAYLOAD_COUNT };

/* What was last placed, as it was given; none of it has a source if nothing was. */
static struct payload placed[PAYLOAD_COUNT];

/* Checks the kernel and completes `kernel`, whose GPA is the start of RAM for it on entry. */
static bool kernel_check(struct payload *kernel)
{
    if (kernel->size < sizeof(struct linux_image_header)) {
        LOG_VMM_ERR("kernel: %lu bytes are too few for an arm64 Image; is the file right?\n",
                    kernel->size);
        return false;
    }
    struct linux_image_header header;
    __builtin_memcpy(&header, (const void *)kernel->source, sizeof header);
    if (header.magic != LINUX_IMAGE_MAGIC) {
        LOG_VMM_ERR("kernel: magic 0x%x at byte 56, an arm64 Image has 0x%x; a compressed kernel "
                    "(Image.gz) has to be unpacked\n",
                    header.magic, LINUX_IMAGE_MAGIC);
        return false;
    }
    uint64_t text_offset = header.image_size != 0 ? header.text_offset : TEXT_OFFSET_OLD;
    if (kernel->gpa % SIZE_2M != 0) {
        LOG_VMM_ERR("kernel: start of RAM 0x%lx (GPA) is not a multiple of 2 MiB\n", kernel->gpa);
        return false;
    }
    if (text_offset >= SIZE_2M) {
        LOG_VMM_ERR("kernel: text_offset 0x%lx is 2 MiB or more; is the file whole?\n",
                    text_offset);
        return false;
    }
    kernel->gpa += text_offset;
    kernel->memory = header.image_size > kernel->size ? header.image_size : kernel->size;
    return true;
}

static uint32_t dtb_word(const struct payload *dtb, unsigned index)
{
    const uint8_t *byte = (const uint8_t *)dtb->source + index * 4;
    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* Whether a block of the device tree lies behind its header and inside it. */
static bool dtb_block_check(const struct payload *dtb, const char *block, uint64_t offset,
                            uint64_t size)
{
    if (offset < DTB_HEADER_SIZE || offset + size > dtb_word(dtb, DTB_WORD_TOTALSIZE)) {
        LOG_VMM_ERR(
            "device tree: its %s block, 0x%lx + 0x%lx, is not in its 0x%x bytes; make it again "
            "with dtc\n",
            block, offset, size, dtb_word(dtb, DTB_WORD_TOTALSIZE));
        return false;
    }
    return true;
}

static bool dtb_header_check(const struct payload *dtb)
{
    if (dtb->size < DTB_HEADER_SIZE || dtb_word(dtb, 0) != DTB_MAGIC) {
        LOG_VMM_ERR("device tree: %lu bytes that do not begin with 0x%x; a source (.dts) has to be "
                    "compiled with dtc\n",
                    dtb->size, DTB_MAGIC);
        return false;
    }
    if (dtb_word(dtb, DTB_WORD_VERSION) < DTB_VERSION_OLDEST ||
        dtb_word(dtb, DTB_WORD_COMPATIBLE) > DTB_VERSION) {
        LOG_VMM_ERR("device tree: version %u (readable as %u), Linux reads %u; make it again with "
                    "dtc\n",
                    dtb_word(dtb, DTB_WORD_VERSION), dtb_word(dtb, DTB_WORD_COMPATIBLE),
                    DTB_VERSION);
        return false;
    }
    uint32_t total = dtb_word(dtb, DTB_WORD_TOTALSIZE);
    if (total > dtb->size) {
        LOG_VMM_ERR("device tree: its header says %u bytes, the file has %lu; it is cut off\n",
                    total, dtb->size);
        return false;
    }
    if (total > DTB_SIZE_MAX) {
        LOG_VMM_ERR("device tree: %u bytes; Linux takes at most 2 MiB\n", total);
        return false;
    }
    return dtb_block_check(dtb, "structure", dtb_word(dtb, DTB_WORD_STRUCT),
                           dtb_word(dtb, DTB_WORD_STRUCT_LEN)) &&
           dtb_block_check(dtb, "strings", dtb_word(dtb, DTB_WORD_STRINGS),
                           dtb_word(dtb, DTB_WORD_STRINGS_LEN)) &&
           dtb_block_check(dtb, "reserved memory", dtb_word(dtb, DTB_WORD_RESERVED), 16);
}

/* Checks the device tree and completes `dtb`. */
static bool dtb_check(struct payload *dtb)
{
    if (!dtb_header_check(dtb)) {
        return false;
    }
    if (dtb->gpa % 8 != 0) {
        LOG_VMM_ERR("device tree: 0x%lx (GPA) is not a multiple of 8\n", dtb->gpa);
        return false;
    }
    dtb->size = dtb_word(dtb, DTB_WORD_TOTALSIZE);
    dtb->memory = dtb->size;
    return true;
}

/* Whether the piece lies in guest RAM that the VMM can write. */
static bool payload_in_ram(const struct payload *payload)
{
    if (gpa_to_hva(payload->gpa, payload->memory) != NULL) {
        return true;
    }
    const struct vm_info_region *near = vm_info_region_nearest(platform_vm_info(), payload->gpa);
    LOG_VMM_ERR(
        "%s: 0x%lx + 0x%lx (GPA) is not inside one region of guest RAM that the VMM has mapped "
        "too; nearest is \"%s\", 0x%lx + 0x%lx\n",
        payload->name, payload->gpa, payload->memory, near != NULL ? near->name : "none",
        near != NULL ? near->gpa : 0, near != NULL ? near->size : 0);
    return false;
}

/* Both lie in guest RAM, so neither end wraps. */
static bool payloads_apart(const struct payload *a, const struct payload *b)
{
    if (a->gpa + a->memory <= b->gpa || b->gpa + b->memory <= a->gpa || a->memory == 0 ||
        b->memory == 0) {
        return true;
    }
    LOG_VMM_ERR("%s at 0x%lx + 0x%lx and %s at 0x%lx + 0x%lx (GPA) overlap; move the %s\n", a->name,
                a->gpa, a->memory, b->name, b->gpa, b->memory, b->name);
    return false;
}

static void payload_place(const struct payload *payload)
{
    void *target = gpa_to_hva(payload->gpa, payload->memory);
    if (target != (const void *)payload->source) {
        __builtin_memmove(target, (const void *)payload->source, payload->size);
    }
    platform_cache_clean(target, payload->size);
    LOG_VMM("%s: %lu bytes at 0x%lx + 0x%lx (GPA)\n", payload->name, payload->size, payload->gpa,
            payload->memory);
}

/* Checks the pieces, the first `count` of `given`, and copies them. Returns the entry point. */
static uint64_t payloads_place(const struct payload *given, size_t count)
{
    struct payload payloads[PAYLOAD_COUNT];
    for (size_t i = 0; i < count; i++) {
        payloads[i] = given[i];
    }
    if (!vm_info_check(platform_vm_info()) || !kernel_check(&payloads[KERNEL]) ||
        !dtb_check(&payloads[DTB])) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!payload_in_ram(&payloads[i])) {
            return 0;
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            if (!payloads_apart(&payloads[i], &payloads[j])) {
                return 0;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        payload_place(&payloads[i]);
    }
    return payloads[KERNEL].gpa;
}

static size_t payload_count(const struct payload *given)
{
    return given[INITRD].size != 0 ? PAYLOAD_COUNT : INITRD;
}

uint64_t linux_setup_images(uint64_t ram_start_gpa, uintptr_t kernel, size_t kernel_size,
                            uintptr_t dtb_src, uint64_t dtb_dest_gpa, size_t dtb_size,
                            uintptr_t initrd_src, uint64_t initrd_dest_gpa, size_t initrd_size)
{
    const struct payload given[PAYLOAD_COUNT] = {
        [KERNEL] = {.name = "kernel", .source = kernel, .size = kernel_size, .gpa = ram_start_gpa},
        [DTB] = {.name = "device tree", .source = dtb_src, .size = dtb_size, .gpa = dtb_dest_gpa},
        [INITRD] = {.name = "initrd",
                    .source = initrd_src,
                    .size = initrd_size,
                    .gpa = initrd_dest_gpa,
                    .memory = initrd_size},
    };
    uint64_t entry = payloads_place(given, payload_count(given));
    for (size_t i = 0; i < PAYLOAD_COUNT; i++) {
        placed[i] = entry != 0 ? given[i] : (struct payload){0};
    }
    return entry;
}

bool linux_images_kept(void)
{
    if (placed[KERNEL].source == 0) {
        LOG_VMM_ERR(
            "guest_restart: linux_setup_images() has put no kernel into guest RAM, so there "
            "is none to start again\n");
        return false;
    }
    for (size_t i = 0; i < payload_count(placed); i++) {
        uint64_t gpa;
        if (guest_ram_gpa_of_va(placed[i].source, &gpa)) {
            LOG_VMM_ERR("guest_restart: the only copy of the %s is in guest RAM (GPA 0x%lx), where "
                        "the guest has changed it; keep one in a region of the VMM's own\n",
                        placed[i].name, (unsigned long)gpa);
            return false;
        }
    }
    return true;
}

uint64_t linux_images_again(void)
{
    return payloads_place(placed, payload_count(placed));
}
