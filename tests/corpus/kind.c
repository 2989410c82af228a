/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kinds of devices, by the generic names of nodes (Devicetree Specification 0.4, 2.2.2) and by
 * those that trees have in their place.
 */
#include "kind.h"

#include <string.h>

#include "devclass.h"

const char *const kind_names[KIND_COUNT] = {"serial", "mmc", "ethernet", "usb", "pcie", "gpu"};

static enum kind kind_by_name(const struct devtree *devtree, size_t node)
{
    static const struct {
        const char *name;
        enum kind kind;
    } names[] = {
        {"serial", KIND_SERIAL}, {"uart", KIND_SERIAL},
        {"mmc", KIND_MMC},       {"sdhci", KIND_MMC},
        {"sdmmc", KIND_MMC},     {"dwmmc", KIND_MMC},
        {"sd", KIND_MMC},        {"sdhc", KIND_MMC},
        {"esdhc", KIND_MMC},     {"ethernet", KIND_ETHERNET},
        {"usb", KIND_USB},       {"usb3", KIND_USB},
        {"dwc3", KIND_USB},      {"pcie", KIND_PCIE},
        {"pci", KIND_PCIE},      {"gpu", KIND_GPU},
    };
    const char *name = devtree->nodes[node].name;
    size_t length = strcspn(name, "@");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i].name) == length && strncmp(name, names[i].name, length) == 0) {
            return names[i].kind;
        }
    }
    return KIND_COUNT;
}

/* Whether the processor reaches registers of the node or of one below it. */
static bool has_registers(const struct devtree *devtree, size_t node)
{
    for (size_t i = node; i < devtree->nodes[node].end; i++) {
        if (devtree->nodes[i].reg_count != 0 && devtree->nodes[i].is_enabled) {
            return true;
        }
    }
    return false;
}

enum kind kind_of(const struct devtree *devtree, size_t node)
{
    enum kind kind = kind_by_name(devtree, node);
    if (kind == KIND_COUNT || !devtree->nodes[node].is_enabled ||
        !devclass_is_device(devtree, node) || !has_registers(devtree, node)) {
        return KIND_COUNT;
    }
    if (strncmp(devtree->nodes[node].path, "/reserved-memory/", 17) == 0) {
        return KIND_COUNT; /* memory for one */
    }
    for (size_t above = devtree->nodes[node].parent; above != 0;
         above = devtree->nodes[above].parent) {
        enum kind other = kind_by_name(devtree, above);
        if (devclass_is_device(devtree, above) && other != KIND_COUNT) {
            return KIND_COUNT;
        }
    }
    return kind;
}
