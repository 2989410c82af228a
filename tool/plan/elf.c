/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs: AArch64 ELF files, read with libelf.
 */
#include "elf.h"

#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "drover/manifest.h"

static uint64_t page_down(uint64_t value)
{
    return value - value % PAGE_SIZE_4K;
}

static bool header_check(struct elf *elf, const struct source *at)
{
    GElf_Ehdr header;
    if (elf_kind(elf->handle) != ELF_K_ELF || gelf_getehdr(elf->handle, &header) == NULL) {
        diag_error(at, "\"%s\" is not an ELF file; name a program linked with the SDK", elf->path);
        return false;
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        header.e_machine != EM_AARCH64) {
        diag_error(
            at,
            "\"%s\" is for another machine (ELF machine %u, class %u); a 64-bit little-endian "
            "AArch64 program is expected: compile it for aarch64-none-elf",
            elf->path, header.e_machine, header.e_ident[EI_CLASS]);
        return false;
    }
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
        diag_error(at, "\"%s\" is not an executable (ELF type %u); it has yet to be linked",
                   elf->path, header.e_type);
        return false;
    }
    elf->position_independent = header.e_type == ET_DYN;
    elf->entry_va = header.e_entry;
    return true;
}

static bool segment_read(struct elf *elf, const GElf_Phdr *header, const struct source *at)
{
    if (header->p_filesz > header->p_memsz || header->p_offset > elf->file.size ||
        header->p_filesz > elf->file.size - header->p_offset) {
        diag_error(at,
                   "\"%s\": the segment at VA 0x%" PRIx64 " has contents outside of the file; the "
                   "file is cut short or damaged",
                   elf->path, header->p_vaddr);
        return false;
    }
    if (header->p_vaddr > UINT64_MAX - PAGE_SIZE_4K ||
        header->p_memsz > UINT64_MAX - PAGE_SIZE_4K - header->p_vaddr) {
        diag_error(at,
                   "\"%s\": the segment at VA 0x%" PRIx64
                   " ends beyond the last VA; the file is damaged",
                   elf->path, header->p_vaddr);
        return false;
    }
    elf->segments[elf->segment_count++] = (struct elf_segment){
        .va = header->p_vaddr,
        .memory_size = header->p_memsz,
        .file_size = header->p_filesz,
        .contents = elf->file.bytes + header->p_offset,
        .perms = ((header->p_flags & (PF_R | PF_X)) ? MAP_PERM_READ : 0u) |
                 ((header->p_flags & PF_W) ? MAP_PERM_WRITE : 0u) |
                 ((header->p_flags & PF_X) ? MAP_PERM_EXECUTE : 0u),
    };
    return true;
}

static int segment_compare(const void *left, const void *right)
{
    const struct elf_segment *a = left;
    const struct elf_segment *b = right;
    return (a->va > b->va) - (a->va < b->va);
}

static bool segments_read(struct elf *elf, const struct source *at)
{
    size_t header_count = 0;
    if (elf_getphdrnum(elf->handle, &header_count) != 0) {
        diag_error(at, "\"%s\": no readable program headers: %s", elf->path, elf_errmsg(-1));
        return false;
    }
    elf->segments = alloc_array(header_count, sizeof(*elf->segments));
    for (size_t i = 0; i < header_count; i++) {
        GElf_Phdr header;
        if (gelf_getphdr(elf->handle, (int)i, &header) == NULL) {
            diag_error(at, "\"%s\": program header %zu is damaged", elf->path, i);
            return false;
        }
        if (header.p_type == PT_LOAD && header.p_memsz != 0 && !segment_read(elf, &header, at)) {
            return false;
        }
    }
    if (elf->segment_count == 0) {
        diag_error(
            at,
            "\"%s\" has nothing to load (no PT_LOAD segment); link it with the SDK's linker script",
            elf->path);
        return false;
    }
    qsort(elf->segments, elf->segment_count, sizeof(*elf->segments), segment_compare);
    for (size_t i = 1; i < elf->segment_count; i++) {
        const struct elf_segment *before = &elf->segments[i - 1];
        if (before->va + before->memory_size > elf->segments[i].va) {
            diag_error(at,
                       "\"%s\": the segments at VA 0x%" PRIx64 " and 0x%" PRIx64
                       " overlap; the file is damaged",
                       elf->path, before->va, elf->segments[i].va);
            return false;
        }
    }
    return true;
}

static struct elf *elf_load(struct elf *elf, const struct source *at)
{
    elf_version(EV_CURRENT);
    elf->handle = elf->file.size == 0 ? NULL : elf_memory((char *)elf->file.bytes, elf->file.size);
    if (elf->handle == NULL) {
        diag_error(at, "\"%s\" is not an ELF file; name a program linked with the SDK", elf->path);
    }
    if (elf->handle == NULL || !header_check(elf, at) || !segments_read(elf, at)) {
        elf_free(elf);
        return NULL;
    }
    return elf;
}

struct elf *elf_parse(const char *path, uint8_t *bytes, size_t size, const struct source *at)
{
    struct elf *elf = alloc_array(1, sizeof(*elf));
    elf->path = strdup(path);
    elf->file = (struct file){.bytes = bytes, .size = size};
    elf->borrowed = true;
    return elf_load(elf, at);
}

struct elf *elf_read(const char *path, const struct source *at)
{
    struct elf *elf = alloc_array(1, sizeof(*elf));
    elf->path = strdup(path);
    if (!file_map(&elf->file, path, at)) {
        elf_free(elf);
        return NULL;
    }
    return elf_load(elf, at);
}

void elf_free(struct elf *elf)
{
    if (elf == NULL) {
        return;
    }
    elf_end(elf->handle);
    if (!elf->borrowed) {
        file_unmap(&elf->file);
    }
    free(elf->segments);
    free(elf->path);
    free(elf);
}

static bool segment_check(const struct elf *elf, const struct elf_segment *segment,
                          const struct elf_rules *rules, const struct source *at)
{
    if (segment->va < rules->va_start || segment->va + segment->memory_size > rules->va_end) {
        diag_error(at,
                   "\"%s\": the segment at VA 0x%" PRIx64 " (0x%" PRIx64
                   " bytes) lies outside of 0x%" PRIx64 " to 0x%" PRIx64
                   ", where a program may be; link it with the SDK's linker script",
                   elf->path, segment->va, segment->memory_size, rules->va_start,
                   rules->va_end - 1);
        return false;
    }
    if ((segment->perms & MAP_PERM_READ) == 0) {
        diag_error(at,
                   "\"%s\": the segment at VA 0x%" PRIx64
                   " is neither readable nor executable; flags of R, RW or RX are expected, as the "
                   "SDK's linker script gives them",
                   elf->path, segment->va);
        return false;
    }
    uint32_t both = MAP_PERM_WRITE | MAP_PERM_EXECUTE;
    if ((segment->perms & both) == both) {
        diag_error(at,
                   "\"%s\": the segment at VA 0x%" PRIx64
                   " is writable and executable; keep code and "
                   "data in segments of their own, as the SDK's linker script does",
                   elf->path, segment->va);
        return false;
    }
    return true;
}

/* Checks that a segment and the one before it share no page, unless their permissions agree. */
static bool neighbours_check(const struct elf *elf, const struct elf_segment *before,
                             const struct elf_segment *segment, const struct source *at)
{
    if (before->perms == segment->perms ||
        page_down(before->va + before->memory_size - 1) != page_down(segment->va)) {
        return true;
    }
    diag_error(at,
               "\"%s\": the segments at VA 0x%" PRIx64 " and 0x%" PRIx64
               " differ in permissions and share the page 0x%" PRIx64
               "; align each to 4096 bytes, as the SDK's linker script does",
               elf->path, before->va, segment->va, page_down(segment->va));
    return false;
}

static bool entry_check(const struct elf *elf, const struct source *at)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        if ((segment->perms & MAP_PERM_EXECUTE) != 0 && elf->entry_va >= segment->va &&
            elf->entry_va - segment->va < segment->memory_size) {
            return true;
        }
    }
    diag_error(at,
               "\"%s\": the entry point, VA 0x%" PRIx64
               ", is in no executable segment; the linker script has to name one with ENTRY",
               elf->path, elf->entry_va);
    return false;
}

bool elf_check(const struct elf *elf, const struct elf_rules *rules, const struct source *at)
{
    bool sound = true;
    if (elf->position_independent && !rules->position_independent) {
        diag_error(
            at,
            "\"%s\" is a position-independent executable or shared library; link it with the "
            "SDK's microkit.ld, without -pie and -shared",
            elf->path);
        sound = false;
    }
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        sound = segment_check(elf, segment, rules, at) && sound;
        if (i > 0) {
            sound = neighbours_check(elf, segment - 1, segment, at) && sound;
        }
    }
    return entry_check(elf, at) && sound;
}

/* Looks `name` up in one symbol table. Returns true once a global symbol has been found. */
static bool table_lookup(const struct elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                         const char *name, struct elf_symbol *symbol, bool *found)
{
    Elf_Data *data = elf_getdata(section, NULL);
    if (data == NULL || header->sh_entsize == 0) {
        return false;
    }
    uint64_t count = data->d_size / header->sh_entsize;
    for (uint64_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Sym entry;
        if (gelf_getsym(data, (int)i, &entry) == NULL) {
            return false;
        }
        int type = GELF_ST_TYPE(entry.st_info);
        if (entry.st_shndx == SHN_UNDEF || type == STT_SECTION || type == STT_FILE) {
            continue;
        }
        const char *entry_name = elf_strptr(elf->handle, header->sh_link, entry.st_name);
        if (entry_name == NULL || strcmp(entry_name, name) != 0) {
            continue;
        }
        bool local = GELF_ST_BIND(entry.st_info) == STB_LOCAL;
        *symbol = (struct elf_symbol){
            .va = entry.st_value, .size = entry.st_size, .ambiguous = local && *found};
        *found = true;
        if (!local) {
            return true;
        }
    }
    return false;
}

bool elf_symbol(const struct elf *elf, const char *name, struct elf_symbol *symbol)
{
    bool found = false;
    Elf_Scn *section = NULL;
    while ((section = elf_nextscn(elf->handle, section)) != NULL) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_SYMTAB &&
            table_lookup(elf, section, &header, name, symbol, &found)) {
            break;
        }
    }
    return found;
}
