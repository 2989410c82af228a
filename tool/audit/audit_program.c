/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The programs in the image, byte by byte against their files. What is not in the image is zeroed
 * by the loader, so that the file has to be zero there.
 */
#include <inttypes.h>
#include <string.h>

#include "audit.h"
#include "diag.h"

/* Of the arm64 `Image` header: text_offset, image_size and flags, which the tool sets. */
#define HEADER_SET_START 0x08
#define HEADER_SET_END   0x20
#define LOADER_SIZE_MAX  0x4000000 /* a loader's VAs are offsets from the start of the image */

/* What is wrong with the pages of a program, by sort. */
struct differences {
    size_t unmapped, rights, bytes;        /* pages */
    uint64_t first_unmapped, first_rights; /* VA */
    uint64_t first_byte;                   /* VA */
};

static uint64_t page_down(uint64_t value)
{
    return value / PAGE_SIZE_4K * PAGE_SIZE_4K;
}

/* Copies what lies in the page at `va` of `size` bytes that begin at `start`. */
static void copy_into_page(uint8_t *page, uint64_t va, const uint8_t *bytes, uint64_t start,
                           uint64_t size)
{
    uint64_t from = start > va ? start : va;
    uint64_t end = start + size < va + PAGE_SIZE_4K ? start + size : va + PAGE_SIZE_4K;
    if (from < end) {
        memcpy(page + (from - va), bytes + (from - start), end - from);
    }
}

/* Makes the page at `va` as the loader should leave it. */
static void page_make(const struct audit_program *program, uint64_t va, uint8_t *page)
{
    memset(page, 0, PAGE_SIZE_4K);
    for (size_t i = 0; i < program->elf->segment_count; i++) {
        const struct elf_segment *segment = &program->elf->segments[i];
        copy_into_page(page, va, segment->contents, segment->va, segment->file_size);
    }
    for (size_t i = 0; i < program->patch_count; i++) {
        const struct audit_patch *patch = &program->patches[i];
        copy_into_page(page, va, patch->bytes, patch->va, patch->size);
    }
}

/* Returns the offset of the first byte in which two pages differ. */
static size_t first_difference(const uint8_t *a, const uint8_t *b)
{
    size_t offset = 0;
    while (offset < PAGE_SIZE_4K && a[offset] == b[offset]) {
        offset++;
    }
    return offset;
}

static void note(size_t *count, uint64_t *first, uint64_t va)
{
    if ((*count)++ == 0) {
        *first = va;
    }
}

static void check_page(const struct audit *audit, const struct audit_space *space,
                       const struct audit_program *program, uint64_t va, uint32_t perms,
                       struct differences *differences)
{
    static const uint8_t zeroes[PAGE_SIZE_4K];
    const struct audit_extent *extent = audit_lookup(space, va);
    if (extent == NULL) {
        note(&differences->unmapped, &differences->first_unmapped, va);
        return;
    }
    if (extent->perms != perms) {
        note(&differences->rights, &differences->first_rights, va);
    }
    uint8_t page[PAGE_SIZE_4K];
    page_make(program, va, page);
    const uint8_t *bytes = audit_bytes(audit, extent->pa + (va - extent->va), PAGE_SIZE_4K);
    size_t offset = first_difference(page, bytes == NULL ? zeroes : bytes);
    if (offset < PAGE_SIZE_4K) {
        note(&differences->bytes, &differences->first_byte, va + offset);
    }
}

static void report(struct audit *audit, const struct audit_space *space,
                   const struct audit_program *program, enum finding_code code,
                   const struct source *at, const struct differences *differences)
{
    const struct {
        size_t count;
        uint64_t first;
        const char *what;
    } sorts[] = {
        {differences->unmapped, differences->first_unmapped, "not mapped"},
        {differences->rights, differences->first_rights, "mapped with other rights or memory type"},
        {differences->bytes, differences->first_byte, "different"},
    };
    for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++) {
        if (sorts[i].count > 0) {
            finding_add(&audit->findings, code, at,
                        "%s \"%s\": %zu page%s of program \"%s\" %s %s, first at VA 0x%" PRIx64,
                        audit_kind_name(space->kind), space->name, sorts[i].count,
                        sorts[i].count == 1 ? "" : "s", program->elf->path,
                        sorts[i].count == 1 ? "is" : "are", sorts[i].what, sorts[i].first);
        }
    }
}

size_t audit_program_check(struct audit *audit, const struct audit_space *space,
                           const struct audit_program *program, enum finding_code code,
                           const struct source *at)
{
    struct differences differences = {0};
    size_t count = 0;
    uint64_t next = 0; /* segments that agree in rights may share a page */
    for (size_t i = 0; i < program->elf->segment_count; i++) {
        const struct elf_segment *segment = &program->elf->segments[i];
        uint64_t va = page_down(segment->va);
        for (va = va < next ? next : va; va < segment->va + segment->memory_size;
             va += PAGE_SIZE_4K) {
            check_page(audit, space, program, va, segment->perms, &differences);
            next = va + PAGE_SIZE_4K;
            count++;
        }
    }
    report(audit, space, program, code, at, &differences);
    return count;
}

/* The kernel: its pages, and nothing else where it stands. */
static void check_kernel(struct audit *audit)
{
    const struct audit_space *space = audit_space_of(audit, AUDIT_KERNEL, 0);
    const struct audit_program program = {.elf = audit->kernel};
    size_t count = audit_program_check(audit, space, &program, FINDING_SDK_PROGRAM, NULL);
    uint64_t mapped = 0;
    for (size_t i = 0; i < space->extent_count; i++) {
        mapped += audit_is_kernel_program(&space->extents[i]) ? space->extents[i].size : 0;
    }
    if (mapped != count * PAGE_SIZE_4K) {
        finding_add(&audit->findings, FINDING_KERNEL_MAPPING, NULL,
                    "kernel: its program has %zu pages, %" PRIu64 " are mapped where it stands",
                    count, mapped / PAGE_SIZE_4K);
    }
}

/* The loader, which stands in the image as it is in its file, but for the records that the tool
 * writes: audit_header.c checks those. */
static void check_loader(struct audit *audit)
{
    const uint8_t *bytes = audit->input->bytes;
    const struct audit_patch set[] = {
        {.va = HEADER_SET_START, .size = HEADER_SET_END - HEADER_SET_START},
        {.va = LOADER_INFO_OFFSET, .size = sizeof(struct loader_info) / 2},
        {.va = LOADER_INFO_OFFSET + sizeof(struct loader_info) / 2,
         .size = sizeof(struct loader_info) / 2},
    };
    struct audit_patch patches[3];
    for (size_t i = 0; i < 3; i++) {
        patches[i] = set[i];
        memcpy(patches[i].bytes, bytes + set[i].va, set[i].size);
    }
    const struct audit_program program = {
        .elf = audit->loader, .patches = patches, .patch_count = 3};
    for (uint64_t va = 0; va < audit->loader_size; va += PAGE_SIZE_4K) {
        uint8_t page[PAGE_SIZE_4K];
        page_make(&program, va, page);
        size_t offset = first_difference(page, bytes + va);
        if (offset < PAGE_SIZE_4K) {
            finding_add(&audit->findings, FINDING_SDK_PROGRAM, NULL,
                        "loader: not \"%s\" at offset 0x%" PRIx64, audit->loader->path,
                        va + offset);
        }
    }
}

bool audit_check_programs(struct audit *audit)
{
    static const struct elf_rules kernel_rules = {.va_start = KERNEL_VA, .va_end = KERNEL_GICD_VA};
    static const struct elf_rules loader_rules = {.va_end = LOADER_SIZE_MAX,
                                                  .position_independent = true};
    audit->kernel = elf_read(audit->input->kernel_path, NULL);
    audit->loader = elf_read(audit->input->loader_path, NULL);
    if (audit->kernel == NULL || audit->loader == NULL ||
        !elf_check(audit->kernel, &kernel_rules, NULL) ||
        !elf_check(audit->loader, &loader_rules, NULL)) {
        return false;
    }
    const struct elf_segment *last = &audit->loader->segments[audit->loader->segment_count - 1];
    audit->loader_size = page_down(last->va + last->memory_size + PAGE_SIZE_4K - 1);
    if (audit->loader_size > audit->input->size) {
        diag_error(NULL, "the image is smaller than \"%s\"", audit->loader->path);
        return false;
    }
    check_kernel(audit);
    check_loader(audit);
    return true;
}
