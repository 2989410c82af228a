/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A small reader of flattened device trees; see fdt.h.
 */
#include "fdt.h"
#include "string.h"

#define FDT_MAGIC      0xd00dfeed
#define FDT_SIZE_MAX   0x200000 /* the arm64 boot protocol's limit, bytes */
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4
#define DEPTH_MAX      16

/* Header fields, in words: Devicetree Specification 5.2. */
enum header {
    HEADER_MAGIC = 0,
    HEADER_TOTAL_SIZE = 1,
    HEADER_STRUCTURE_OFFSET = 2,
    HEADER_STRINGS_OFFSET = 3,
    HEADER_STRINGS_SIZE = 8,
    HEADER_STRUCTURE_SIZE = 9,
};

/* One item of the structure block. */
struct token {
    uint32_t kind;
    uint32_t next;     /* offset of the item after it */
    const char *name;  /* of the node or property */
    const void *value; /* of the property */
    uint32_t size;     /* bytes */
};

static uint32_t big32(const void *data)
{
    const uint8_t *byte = data;
    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static uint64_t cells_read(const uint8_t *data, uint32_t count)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        value = value << 32 | big32(data + 4 * i);
    }
    return value;
}

static uint32_t align4(uint32_t value)
{
    return (value + 3) & ~3u;
}

bool fdt_open(struct fdt *fdt, const void *data)
{
    if (!data || ((uintptr_t)data & 7)) {
        return false;
    }
    const uint8_t *header = data;
    uint32_t total = big32(header + 4 * HEADER_TOTAL_SIZE);
    uint32_t structure = big32(header + 4 * HEADER_STRUCTURE_OFFSET);
    uint32_t strings = big32(header + 4 * HEADER_STRINGS_OFFSET);
    fdt->structure_size = big32(header + 4 * HEADER_STRUCTURE_SIZE);
    fdt->strings_size = big32(header + 4 * HEADER_STRINGS_SIZE);
    if (big32(header) != FDT_MAGIC || total > FDT_SIZE_MAX || structure > total ||
        strings > total || fdt->structure_size > total - structure ||
        fdt->strings_size > total - strings) {
        return false;
    }
    fdt->structure = header + structure;
    fdt->strings = (const char *)header + strings;
    return true;
}

/* Reads the item at `offset`. False at the end or where the tree is damaged. */
static bool token_read(const struct fdt *fdt, uint32_t offset, struct token *token)
{
    if (offset > fdt->structure_size || fdt->structure_size - offset < 4) {
        return false;
    }
    uint32_t left = fdt->structure_size - offset - 4;
    const uint8_t *at = fdt->structure + offset + 4;
    token->kind = big32(at - 4);
    token->next = offset + 4;
    if (token->kind == FDT_BEGIN_NODE) {
        uint32_t length = string_length((const char *)at, left);
        token->name = (const char *)at;
        token->next += align4(length + 1);
        return length < left;
    }
    if (token->kind == FDT_PROP) {
        if (left < 8 || big32(at) > left - 8 || big32(at + 4) >= fdt->strings_size) {
            return false;
        }
        uint32_t name = big32(at + 4);
        token->size = big32(at);
        token->value = at + 8;
        token->name = fdt->strings + name;
        token->next += 8 + align4(token->size);
        return string_length(token->name, fdt->strings_size - name) < fdt->strings_size - name;
    }
    return token->kind == FDT_END_NODE || token->kind == FDT_NOP;
}

const void *fdt_property(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                         uint32_t *size)
{
    struct token token;
    for (uint32_t at = node->offset; token_read(fdt, at, &token); at = token.next) {
        if (token.kind == FDT_PROP && string_equal(token.name, name)) {
            *size = token.size;
            return token.value;
        }
        if (token.kind != FDT_PROP && token.kind != FDT_NOP) {
            return NULL;
        }
    }
    return NULL;
}

const char *fdt_string(const struct fdt *fdt, const struct fdt_node *node, const char *name)
{
    uint32_t size;
    const char *value = fdt_property(fdt, node, name, &size);
    return value && string_length(value, size) < size ? value : NULL;
}

static uint32_t cells_of(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                         uint32_t otherwise)
{
    uint32_t size;
    const void *value = fdt_property(fdt, node, name, &size);
    return value && size == 4 && big32(value) <= 2 ? big32(value) : otherwise;
}

/* What a walk looks for: the node for which it returns true, given its depth and name. */
typedef bool node_match(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                        uint32_t depth, void *context);

static bool nodes_walk(const struct fdt *fdt, node_match *match, void *context,
                       struct fdt_node *found)
{
    struct fdt_node cells[DEPTH_MAX + 1] = {{0, 2, 1}}; /* what children at each depth inherit */
    uint32_t depth = 0;
    struct token token;
    for (uint32_t at = 0; token_read(fdt, at, &token); at = token.next) {
        if (token.kind == FDT_BEGIN_NODE) {
            if (depth == DEPTH_MAX) {
                return false;
            }
            struct fdt_node node = cells[depth];
            node.offset = token.next;
            if (match(fdt, &node, token.name, depth, context)) {
                *found = node;
                return true;
            }
            depth++;
            cells[depth].address_cells = cells_of(fdt, &node, "#address-cells", 2);
            cells[depth].size_cells = cells_of(fdt, &node, "#size-cells", 1);
        } else if (token.kind == FDT_END_NODE) {
            if (depth == 0) {
                return false;
            }
            depth--;
        }
    }
    return false;
}

/* The part of a path that is not matched yet, and the depth of the node that would match it. */
struct path_walk {
    const char *rest;
    uint32_t depth;
};

static bool path_match(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                       uint32_t depth, void *context)
{
    (void)fdt;
    (void)node;
    struct path_walk *walk = context;
    if (depth < walk->depth) {
        walk->depth = DEPTH_MAX + 1; /* the node that matched so far has ended */
    }
    if (depth != walk->depth) {
        return false;
    }
    uint32_t length = 0;
    while (name[length] && name[length] == walk->rest[length]) {
        length++;
    }
    char end = walk->rest[length];
    bool name_ended = name[length] == '\0' || name[length] == '@';
    if (!name_ended || (end && end != '/' && end != ':')) {
        return false;
    }
    walk->rest += length;
    walk->depth++;
    if (*walk->rest == '/') {
        walk->rest++;
    }
    return *walk->rest == '\0' || *walk->rest == ':';
}

bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *node)
{
    struct path_walk walk = {path, 0};
    return *path == '/' && nodes_walk(fdt, path_match, &walk, node);
}

static bool compatible_match(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                             uint32_t depth, void *context)
{
    (void)name;
    (void)depth;
    uint32_t size;
    const char *list = fdt_property(fdt, node, "compatible", &size);
    const char *status = fdt_string(fdt, node, "status");
    if (!list || (status && !string_equal(status, "okay"))) {
        return false;
    }
    while (size) {
        uint32_t length = string_length(list, size);
        if (length == size) {
            return false;
        }
        if (string_equal(list, context)) {
            return true;
        }
        list += length + 1;
        size -= length + 1;
    }
    return false;
}

bool fdt_find_compatible(const struct fdt *fdt, const char *compatible, struct fdt_node *node)
{
    return nodes_walk(fdt, compatible_match, (void *)(uintptr_t)compatible, node);
}

uint64_t fdt_reg(const struct fdt *fdt, const struct fdt_node *node, uint32_t index, uint64_t *size)
{
    uint32_t bytes;
    uint32_t cells = node->address_cells + node->size_cells;
    const uint8_t *reg = fdt_property(fdt, node, "reg", &bytes);
    if (!reg || (uint64_t)4 * cells * (index + 1) > bytes) {
        return 0;
    }
    reg += 4 * cells * index;
    if (size) {
        *size = cells_read(reg + 4 * node->address_cells, node->size_cells);
    }
    return cells_read(reg, node->address_cells);
}

uint32_t fdt_intid(const struct fdt *fdt, const struct fdt_node *node)
{
    uint32_t size;
    const uint8_t *cells = fdt_property(fdt, node, "interrupts", &size);
    if (!cells || size < 12) {
        return 0;
    }
    return big32(cells + 4) + (big32(cells) == 0 ? 32 : 16); /* SPI, PPI */
}
