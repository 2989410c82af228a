/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a boot loader may want around an image. The formats are read from their specifications, not
 * with what writes them.
 */
#include "audit_wrapper.h"

#include <elf.h>
#include <endian.h>
#include <string.h>

#include "crc32.h"
#include "diag.h"

/* U-Boot, include/image.h: legacy image header, all numbers big-endian; byte offsets. */
#define UIMAGE_MAGIC       0x27051956
#define UIMAGE_HEADER_SIZE 64
#define UIMAGE_HEADER_CRC  4 /* of the header with this field 0 */
#define UIMAGE_DATA_SIZE   12
#define UIMAGE_LOAD        16
#define UIMAGE_ENTRY       20
#define UIMAGE_DATA_CRC    24
#define UIMAGE_KIND        28         /* a byte each: system, architecture, type, compression */
#define UIMAGE_KIND_LINUX  0x05160200 /* Linux, arm64, a kernel, not compressed */

static bool refuse(const struct audit_input *input, const char *what)
{
    const struct source at = {.file = input->image_path};
    diag_error(&at, "not an image that can be audited: %s", what);
    return false;
}

static void take(struct audit_input *input, const struct file *file, size_t offset, uint64_t pa)
{
    input->bytes = file->bytes + offset;
    input->size = file->size - offset;
    input->wrapped = true;
    input->load_pa = pa;
}

static uint32_t big_endian(const struct file *file, size_t offset)
{
    uint32_t value;
    memcpy(&value, file->bytes + offset, sizeof(value));
    return be32toh(value);
}

static bool uimage_sums_agree(const struct file *file)
{
    uint8_t header[UIMAGE_HEADER_SIZE];
    memcpy(header, file->bytes, sizeof(header));
    memset(header + UIMAGE_HEADER_CRC, 0, sizeof(uint32_t));
    return crc32_of(header, sizeof(header)) == big_endian(file, UIMAGE_HEADER_CRC) &&
           crc32_of(file->bytes + UIMAGE_HEADER_SIZE, file->size - UIMAGE_HEADER_SIZE) ==
               big_endian(file, UIMAGE_DATA_CRC);
}

static bool unwrap_uimage(struct audit_input *input, const struct file *file)
{
    if (file->size < UIMAGE_HEADER_SIZE ||
        big_endian(file, UIMAGE_DATA_SIZE) != file->size - UIMAGE_HEADER_SIZE) {
        return refuse(input, "a uImage that is cut short, or too long");
    }
    if (!uimage_sums_agree(file)) {
        return refuse(input, "a uImage whose checksums are wrong, which U-Boot would not load");
    }
    if (big_endian(file, UIMAGE_KIND) != UIMAGE_KIND_LINUX) {
        return refuse(input, "a uImage that is not started as an arm64 Linux kernel is, "
                             "or is compressed");
    }
    if (big_endian(file, UIMAGE_ENTRY) != big_endian(file, UIMAGE_LOAD)) {
        return refuse(input, "a uImage that is not entered at its first byte");
    }
    take(input, file, UIMAGE_HEADER_SIZE, big_endian(file, UIMAGE_LOAD));
    return true;
}

/* One segment, entered at its first byte, up to the end of the file, and zeroes before it. */
static bool unwrap_elf(struct audit_input *input, const struct file *file)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    if (file->size < sizeof(header) + sizeof(segment)) {
        return refuse(input, "an ELF file that is cut short");
    }
    memcpy(&header, file->bytes, sizeof(header));
    memcpy(&segment, file->bytes + sizeof(header), sizeof(segment));
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_machine != EM_AARCH64 || header.e_type != ET_EXEC ||
        header.e_phoff != sizeof(header) || header.e_phentsize != sizeof(segment) ||
        header.e_phnum != 1 || header.e_shnum != 0 || segment.p_type != PT_LOAD) {
        return refuse(input, "an ELF file, but not one AArch64 segment and nothing else");
    }
    if (segment.p_offset % sizeof(uint64_t) != 0 || segment.p_offset > file->size ||
        segment.p_filesz != file->size - segment.p_offset || segment.p_memsz != segment.p_filesz) {
        return refuse(input, "an ELF file whose segment does not reach from its offset to the end");
    }
    if (header.e_entry != segment.p_paddr || segment.p_vaddr != segment.p_paddr) {
        return refuse(input, "an ELF file that is not entered at its first byte");
    }
    for (size_t i = sizeof(header) + sizeof(segment); i < segment.p_offset; i++) {
        if (file->bytes[i] != 0) {
            return refuse(input, "an ELF file with something between header and segment");
        }
    }
    take(input, file, segment.p_offset, segment.p_paddr);
    return true;
}

bool audit_unwrap(struct audit_input *input, const struct file *file)
{
    if (file->size >= SELFMAG && memcmp(file->bytes, ELFMAG, SELFMAG) == 0) {
        return unwrap_elf(input, file);
    }
    if (file->size >= sizeof(uint32_t) && big_endian(file, 0) == UIMAGE_MAGIC) {
        return unwrap_uimage(input, file);
    }
    input->bytes = file->bytes;
    input->size = file->size;
    return true;
}
