/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The file that a finished image goes into. See image_file.h.
 */
#include "image_file.h"

#include <endian.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "crc32.h"
#include "diag.h"
#include "file.h"

/* The segment begins at a page of the file. */
#define ELF_DATA_OFFSET 0x1000

/* U-Boot, include/image.h: legacy image header, all numbers big-endian. */
#define UIMAGE_MAGIC       0x27051956
#define UIMAGE_OS_LINUX    5
#define UIMAGE_ARCH_ARM64  22
#define UIMAGE_TYPE_KERNEL 2
#define UIMAGE_COMP_NONE   0
#define UIMAGE_NAME        "Drover"

struct uimage_header {
    uint32_t magic;
    uint32_t header_crc; /* of the header with this field 0 */
    uint32_t time;       /* 0: the same input gives the same bytes */
    uint32_t size;
    uint32_t load_pa;
    uint32_t entry_pa;
    uint32_t data_crc;
    uint8_t os, arch, type, compression;
    char name[32];
};

_Static_assert(sizeof(struct uimage_header) == 64, "as U-Boot has it");

bool image_type_find(const char *name, enum image_type *type)
{
    static const char *const names[] = {
        [IMAGE_BINARY] = "binary", [IMAGE_ELF] = "elf", [IMAGE_UIMAGE] = "uimage"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *type = (enum image_type)i;
            return true;
        }
    }
    return false;
}

static bool elf_write(const struct image *image, const char *path)
{
    const Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = image->pa,
        .e_phoff = sizeof(header),
        .e_ehsize = sizeof(header),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 1,
        .e_shentsize = sizeof(Elf64_Shdr),
    };
    const Elf64_Phdr segment = {
        .p_type = PT_LOAD,
        .p_flags = PF_R | PF_W | PF_X,
        .p_offset = ELF_DATA_OFFSET,
        .p_vaddr = image->pa,
        .p_paddr = image->pa,
        .p_filesz = image->size,
        .p_memsz = image->size,
        .p_align = ELF_DATA_OFFSET,
    };
    uint8_t *bytes = alloc_array(1, ELF_DATA_OFFSET + image->size);
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), &segment, sizeof(segment));
    memcpy(bytes + ELF_DATA_OFFSET, image->bytes, image->size);
    bool written = file_write(path, bytes, ELF_DATA_OFFSET + image->size);
    free(bytes);
    return written;
}

static bool uimage_write(const struct image *image, const char *path)
{
    if (image->pa + image->size > UINT32_MAX) {
        diag_error(NULL,
                   "no uImage: the image lies at %#llx, and U-Boot's legacy format has room for "
                   "32 bits; use --image-type binary and booti",
                   (unsigned long long)image->pa);
        return false;
    }
    struct uimage_header header = {
        .magic = htobe32(UIMAGE_MAGIC),
        .size = htobe32((uint32_t)image->size),
        .load_pa = htobe32((uint32_t)image->pa),
        .entry_pa = htobe32((uint32_t)image->pa),
        .data_crc = htobe32(crc32_of(image->bytes, image->size)),
        .os = UIMAGE_OS_LINUX,
        .arch = UIMAGE_ARCH_ARM64,
        .type = UIMAGE_TYPE_KERNEL,
        .compression = UIMAGE_COMP_NONE,
        .name = UIMAGE_NAME,
    };
    header.header_crc = htobe32(crc32_of((const uint8_t *)&header, sizeof(header)));
    uint8_t *bytes = alloc_array(1, sizeof(header) + image->size);
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), image->bytes, image->size);
    bool written = file_write(path, bytes, sizeof(header) + image->size);
    free(bytes);
    return written;
}

bool image_file_write(const struct image *image, enum image_type type, const char *path)
{
    switch (type) {
    case IMAGE_ELF:
        return elf_write(image, path);
    case IMAGE_UIMAGE:
        return uimage_write(image, path);
    default:
        return file_write(path, image->bytes, image->size);
    }
}
