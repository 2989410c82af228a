/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes small AArch64 ELF files for tests. Layout: header, program headers, contents of segments
 * and sections, symbols, names, section headers (none, symbols, names, the recipe's).
 */
#include "elf_build.h"

#include <assert.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_SECTION 2
#define SECTION_COUNT 3 /* beside the recipe's */

struct layout {
    uint64_t contents;
    uint64_t section_contents;
    uint64_t symbols;
    uint64_t names;
    uint64_t names_size;
    uint64_t sections;
    uint64_t end;
};

static uint64_t align_up(uint64_t value)
{
    return (value + 7) & ~UINT64_C(7);
}

static struct layout plan_layout(const struct elf_recipe *recipe)
{
    struct layout layout;
    layout.contents = sizeof(Elf64_Ehdr) + recipe->segment_count * sizeof(Elf64_Phdr);
    layout.symbols = layout.contents;
    for (size_t i = 0; i < recipe->segment_count; i++) {
        layout.symbols += recipe->segments[i].file_size;
    }
    layout.section_contents = align_up(layout.symbols);
    layout.symbols = layout.section_contents;
    for (size_t i = 0; i < recipe->section_count; i++) {
        layout.symbols += align_up(recipe->sections[i].size);
    }
    layout.names = layout.symbols + (recipe->symbol_count + 1) * sizeof(Elf64_Sym);
    layout.names_size = 1;
    for (size_t i = 0; i < recipe->symbol_count; i++) {
        layout.names_size += strlen(recipe->symbols[i].name) + 1;
    }
    for (size_t i = 0; i < recipe->section_count; i++) {
        layout.names_size += strlen(recipe->sections[i].name) + 1;
    }
    layout.sections = align_up(layout.names + layout.names_size);
    layout.end = layout.sections + (SECTION_COUNT + recipe->section_count) * sizeof(Elf64_Shdr);
    return layout;
}

static void write_segments(const struct elf_recipe *recipe, uint8_t *bytes, uint64_t offset)
{
    Elf64_Phdr *headers = (void *)(bytes + sizeof(Elf64_Ehdr));
    for (size_t i = 0; i < recipe->segment_count; i++) {
        const struct built_segment *segment = &recipe->segments[i];
        headers[i] = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = segment->flags,
            .p_offset = offset,
            .p_vaddr = segment->va,
            .p_paddr = segment->va,
            .p_filesz = segment->file_size,
            .p_memsz = segment->memory_size,
            .p_align = 1,
        };
        for (uint64_t j = 0; j < segment->file_size; j++) {
            const uint8_t *contents = segment->contents;
            bytes[offset + j] = contents == NULL ? (uint8_t)j : contents[j];
        }
        offset += segment->file_size;
    }
}

/* Writes the recipe's sections; their names begin at `name` of the names. */
static void write_sections(const struct elf_recipe *recipe, uint8_t *bytes,
                           const struct layout *layout, uint64_t name)
{
    Elf64_Shdr *sections = (void *)(bytes + layout->sections);
    uint64_t offset = layout->section_contents;
    for (size_t i = 0; i < recipe->section_count; i++) {
        const struct built_section *section = &recipe->sections[i];
        sections[SECTION_COUNT + i] = (Elf64_Shdr){
            .sh_name = (Elf64_Word)name,
            .sh_type = section->type == 0 ? SHT_PROGBITS : section->type,
            .sh_offset = offset,
            .sh_size = section->size,
            .sh_addralign = 8,
        };
        if (section->contents != NULL) {
            memcpy(bytes + offset, section->contents, section->size);
        }
        strcpy((char *)bytes + layout->names + name, section->name);
        name += strlen(section->name) + 1;
        offset += align_up(section->size);
    }
}

/* Writes the symbols; returns where among the names those of sections go. */
static uint64_t write_symbols(const struct elf_recipe *recipe, uint8_t *bytes,
                              const struct layout *layout)
{
    Elf64_Sym *symbols = (void *)(bytes + layout->symbols);
    uint64_t name = 1;
    for (size_t i = 0; i < recipe->symbol_count; i++) {
        const struct built_symbol *symbol = &recipe->symbols[i];
        symbols[i + 1] = (Elf64_Sym){
            .st_name = (Elf64_Word)name,
            .st_info = symbol->info,
            .st_shndx = SHN_ABS,
            .st_value = symbol->va,
            .st_size = symbol->size,
        };
        strcpy((char *)bytes + layout->names + name, symbol->name);
        name += strlen(symbol->name) + 1;
    }
    Elf64_Shdr *sections = (void *)(bytes + layout->sections);
    sections[1] = (Elf64_Shdr){
        .sh_type = SHT_SYMTAB,
        .sh_offset = layout->symbols,
        .sh_size = layout->names - layout->symbols,
        .sh_link = 2,
        .sh_entsize = sizeof(Elf64_Sym),
        .sh_addralign = 8,
    };
    sections[2] = (Elf64_Shdr){
        .sh_type = SHT_STRTAB,
        .sh_offset = layout->names,
        .sh_size = layout->names_size,
        .sh_addralign = 1,
    };
    return name;
}

uint8_t *elf_build(const struct elf_recipe *recipe, size_t *size)
{
    struct layout layout = plan_layout(recipe);
    uint8_t *bytes = calloc(1, layout.end);
    assert(bytes != NULL);
    Elf64_Ehdr header = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = recipe->type == 0 ? ET_EXEC : recipe->type,
        .e_machine = recipe->machine == 0 ? EM_AARCH64 : recipe->machine,
        .e_version = EV_CURRENT,
        .e_entry = recipe->entry,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_shoff = layout.sections,
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = (Elf64_Half)recipe->segment_count,
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = (Elf64_Half)(SECTION_COUNT + recipe->section_count),
        .e_shstrndx = NAMES_SECTION,
    };
    memcpy(bytes, &header, sizeof(header));
    write_segments(recipe, bytes, layout.contents);
    write_sections(recipe, bytes, &layout, write_symbols(recipe, bytes, &layout));
    *size = layout.end;
    return bytes;
}

void elf_build_file(const struct elf_recipe *recipe, const char *path)
{
    size_t size;
    uint8_t *bytes = elf_build(recipe, &size);
    FILE *out = fopen(path, "wb");
    assert(out != NULL);
    size_t written = fwrite(bytes, 1, size, out);
    assert(written == size);
    assert(fclose(out) == 0);
    free(bytes);
}
