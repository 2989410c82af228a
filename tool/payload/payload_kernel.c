/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Kernels of arm64 Linux. What a boot loader starts, and so does Drover's VMM, is the uncompressed
 * `Image` with the 64-byte header of Linux' Documentation/arch/arm64/booting.rst; distributions
 * pack it, or put it into an EFI program that unpacks itself (CONFIG_EFI_ZBOOT).
 */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define LAYERS_MAX 3 /* a packed zboot program with its payload, and one to spare */

/* The header: offsets of its little-endian fields (booting.rst, "Call the kernel image"). */
#define HEADER_SIZE        64
#define HEADER_TEXT_OFFSET 8
#define HEADER_IMAGE_SIZE  16
#define HEADER_FLAGS       24
#define HEADER_MAGIC       56
#define HEADER_PE          60         /* where the PE header is, of a kernel with an EFI stub */
#define MAGIC              0x644d5241 /* "ARM\x64" */
#define FLAG_BIG_ENDIAN    1

#define TEXT_ALIGN      0x1000
#define TEXT_OFFSET_MAX 0x200000               /* it is an offset above a 2 MiB boundary */
#define MEMORY_SIZE_MAX (UINT64_C(4096) << 20) /* no kernel has so large a bss */

/* zboot: offsets in the header of drivers/firmware/efi/libstub/zboot-header.S. */
#define ZBOOT_TYPE        4 /* "zimg" */
#define ZBOOT_OFFSET      8
#define ZBOOT_SIZE        12
#define ZBOOT_PACKING     24
#define ZBOOT_PACKING_MAX 32

/* PE: the COFF header behind the signature, and a section's (Microsoft PE format). */
#define PE_HEADER_SIZE   24
#define PE_SECTION_COUNT 6
#define PE_OPTIONAL_SIZE 20
#define PE_SECTION_SIZE  40
#define PE_RAW_SIZE      16
#define PE_RAW_OFFSET    20

/* Other formats, which get a word of their own. */
#define UIMAGE_MAGIC 0x27051956 /* U-Boot's include/image.h, IH_MAGIC, big-endian */
#define FIT_MAGIC    0xd00dfeed /* a FIT is a device tree */
#define ELF_MAGIC    0x7f454c46

static uint32_t load16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t load32(const uint8_t *bytes)
{
    return load16(bytes) | load16(bytes + 2) << 16;
}

static uint64_t load64(const uint8_t *bytes)
{
    return load32(bytes) | (uint64_t)load32(bytes + 4) << 32;
}

static uint32_t load32_big(const uint8_t *bytes)
{
    return __builtin_bswap32(load32(bytes));
}

static bool is_zboot(const struct payload_bytes *file)
{
    return file->size >= HEADER_SIZE && memcmp(file->bytes, "MZ", 2) == 0 &&
           memcmp(file->bytes + ZBOOT_TYPE, "zimg", 4) == 0;
}

/* Says what a file is that is no Image. */
static bool refuse_foreign(const struct payload_bytes *file, const struct source *at)
{
    uint32_t magic = file->size < 4 ? 0 : load32_big(file->bytes);
    if (magic == UIMAGE_MAGIC) {
        diag_error(at, "this is a uImage of U-Boot, not a kernel's Image; take its contents out "
                       "(`dumpimage -T kernel -o Image FILE`) and give that");
    } else if (magic == FIT_MAGIC) {
        diag_error(at, "this is a FIT image or a device tree, not a kernel's Image; take the "
                       "kernel out (`dumpimage -T flat_dt -p 0 -o Image FILE`) and give that");
    } else if (magic == ELF_MAGIC) {
        diag_error(at, "this is an ELF file (vmlinux is for debuggers), not a kernel's Image; "
                       "give arch/arm64/boot/Image, or vmlinuz of the distribution");
    } else if (file->size >= 2 && memcmp(file->bytes, "MZ", 2) == 0) {
        diag_error(at, "this is an EFI program, but neither an arm64 Image (no \"ARM\\x64\" at "
                       "byte 56) nor a zboot one; is the kernel of another architecture?");
    } else {
        diag_error(at, "this is no kernel of arm64: an Image has \"ARM\\x64\" at byte 56, and "
                       "Drover unpacks gzip, xz, lzma, zstd, lz4, bzip2 and EFI zboot");
    }
    return false;
}

/* Finds the packed kernel inside a zboot program. */
static bool zboot_open(const struct payload_bytes *file, const struct source *at,
                       struct payload_packed *packed)
{
    uint32_t offset = load32(file->bytes + ZBOOT_OFFSET);
    uint32_t size = load32(file->bytes + ZBOOT_SIZE);
    const char *name = (const char *)file->bytes + ZBOOT_PACKING;
    if (offset < HEADER_SIZE || offset > file->size || size > file->size - offset) {
        diag_error(at,
                   "EFI zboot: its header has the kernel at byte %u, %u bytes long, and the file "
                   "has %zu bytes; it is cut off or damaged: copy it again",
                   offset, size, file->size);
        return false;
    }
    packed->bytes = file->bytes + offset;
    packed->size = size;
    packed->packing = payload_packing_of(packed->bytes, packed->size);
    if (packed->packing == PACKING_NONE) {
        diag_error(at,
                   "EFI zboot: the kernel in it is packed with \"%.*s\", which Drover does "
                   "not know; give it unpacked",
                   (int)strnlen(name, ZBOOT_PACKING_MAX), name);
        return false;
    }
    return true;
}

/* Peels one layer off `file`, which is replaced, and adds its name to `how`. */
static bool peel(struct payload_bytes *file, const struct source *at, struct payload_names *how)
{
    bool zboot = is_zboot(file);
    struct payload_bytes inner;
    struct payload_packed packed = {.bytes = file->bytes,
                                    .size = file->size,
                                    .packing = payload_packing_of(file->bytes, file->size),
                                    .limit = PAYLOAD_KERNEL_MAX,
                                    .what = "kernel",
                                    .at = at};
    if (zboot && !zboot_open(file, at, &packed)) {
        return false;
    }
    if (!payload_unpack(&packed, &inner, NULL)) {
        return false;
    }
    payload_names_add_format(how, "%s%s, %zu bytes packed", zboot ? "EFI zboot with " : "",
                             payload_packing_name(packed.packing), packed.size);
    payload_bytes_free(file);
    *file = inner;
    return true;
}

/* Unpacks all layers. `file` holds a copy that may be replaced. */
static bool unpack(struct payload_bytes *file, const struct source *at, struct payload_names *how)
{
    for (int layer = 0; layer < LAYERS_MAX; layer++) {
        if (!is_zboot(file) && payload_packing_of(file->bytes, file->size) == PACKING_NONE) {
            return true;
        }
        if (!peel(file, at, how)) {
            return false;
        }
    }
    diag_error(at, "the kernel is packed more than %d times over; give it unpacked", LAYERS_MAX);
    return false;
}

/* The end of the PE headers of a kernel with an EFI stub, or of what its sections hold if that is
 * known; 0 where it has none. */
static uint64_t sections_end(const struct payload_bytes *image)
{
    uint64_t end = 0;
    uint64_t pe = load32(image->bytes + HEADER_PE);
    if (memcmp(image->bytes, "MZ", 2) != 0) {
        return 0;
    }
    if (pe + PE_HEADER_SIZE > image->size) {
        return pe + PE_HEADER_SIZE;
    }
    if (memcmp(image->bytes + pe, "PE\0\0", 4) != 0) {
        return 0;
    }
    uint32_t count = load16(image->bytes + pe + PE_SECTION_COUNT);
    uint64_t section = pe + PE_HEADER_SIZE + load16(image->bytes + pe + PE_OPTIONAL_SIZE);
    for (uint32_t i = 0; i < count; i++, section += PE_SECTION_SIZE) {
        if (section + PE_SECTION_SIZE > image->size) {
            return section + PE_SECTION_SIZE;
        }
        const uint8_t *entry = image->bytes + section;
        uint64_t raw_end = (uint64_t)load32(entry + PE_RAW_OFFSET) + load32(entry + PE_RAW_SIZE);
        end = raw_end > end ? raw_end : end;
    }
    return end;
}

static bool header_check(const struct payload_kernel *kernel, const struct source *at)
{
    const struct payload_bytes *image = &kernel->image;
    if ((kernel->flags & FLAG_BIG_ENDIAN) != 0) {
        diag_error(at, "the kernel is big-endian (bit 0 of the header's flags); Drover's guests "
                       "are little-endian: build it without CONFIG_CPU_BIG_ENDIAN");
        return false;
    }
    if (kernel->image_size == 0) {
        diag_error(at, "the header's image_size is 0, as before Linux 3.17: how much memory the "
                       "kernel needs is unknown; give a newer kernel");
        return false;
    }
    if (kernel->image_size > MEMORY_SIZE_MAX || kernel->text_offset >= TEXT_OFFSET_MAX ||
        kernel->text_offset % TEXT_ALIGN != 0) {
        diag_error(at,
                   "the header is damaged: image_size 0x%llx (at most 4 GiB expected), "
                   "text_offset 0x%llx (a multiple of 4 KiB below 2 MiB expected)",
                   (unsigned long long)kernel->image_size, (unsigned long long)kernel->text_offset);
        return false;
    }
    uint64_t end = sections_end(image);
    if (end > image->size) {
        diag_error(
            at,
            "the kernel is cut off: by its header it has %llu bytes at least, and there are %zu; "
            "copy it again",
            (unsigned long long)end, image->size);
        return false;
    }
    return true;
}

/* Finds the banner's version: "Linux version 6.1.0-56-arm64 (...". NULL where there is none. */
static char *banner_version(const struct payload_bytes *image)
{
    static const char banner[] = "Linux version ";
    const size_t length = sizeof(banner) - 1;
    const uint8_t *from = image->bytes;
    const uint8_t *end = image->bytes + image->size;
    while ((from = memmem(from, (size_t)(end - from), banner, length)) != NULL) {
        from += length;
        size_t size = 0;
        while (size < (size_t)(end - from) && size < 128 && from[size] > ' ' && from[size] < 0x7f) {
            size++;
        }
        /* Not a format string, and ended as the banner is. */
        if (size > 0 && size < (size_t)(end - from) && from[0] >= '0' && from[0] <= '9' &&
            from[size] == ' ') {
            return alloc_checked(strndup((const char *)from, size));
        }
    }
    return NULL;
}

bool payload_kernel_read(struct payload_kernel *kernel, const struct payload_bytes *file,
                         const struct source *at)
{
    struct payload_names how = {0};
    struct payload_bytes image = {alloc_array(file->size, 1), file->size};
    if (file->size > 0) {
        memcpy(image.bytes, file->bytes, file->size);
    }
    bool is_sound = unpack(&image, at, &how);
    if (is_sound && (image.size < HEADER_SIZE || load32(image.bytes + HEADER_MAGIC) != MAGIC)) {
        is_sound = refuse_foreign(&image, at);
    }
    if (is_sound) {
        kernel->text_offset = load64(image.bytes + HEADER_TEXT_OFFSET);
        kernel->image_size = load64(image.bytes + HEADER_IMAGE_SIZE);
        kernel->flags = load64(image.bytes + HEADER_FLAGS);
        kernel->image = image;
        is_sound = header_check(kernel, at);
    }
    if (is_sound) {
        kernel->version = banner_version(&image);
        kernel->how = how.count == 0 ? payload_text("as it is") : payload_names_join(&how, 4);
    } else {
        payload_bytes_free(&image);
        kernel->image = (struct payload_bytes){0};
    }
    payload_names_free(&how);
    return is_sound;
}

void payload_kernel_free(struct payload_kernel *kernel)
{
    payload_bytes_free(&kernel->image);
    free(kernel->version);
    free(kernel->from);
    free(kernel->name);
    free(kernel->how);
    free(kernel->why);
    *kernel = (struct payload_kernel){0};
}
