/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * References: which nodes a node's properties name by phandle. A tree does not say which of its
 * numbers are phandles; the names of the properties do, as the bindings have them (Devicetree
 * Specification 0.4, 2.2; Linux' documentation of bindings and drivers/of/property.c for what a
 * driver waits for).
 */
#include <libfdt.h>
#include <string.h>

#include "alloc.h"
#include "devtree.h"

#define REST SIZE_MAX

enum how {
    NEVER,   /* no phandles, whatever the rows below make of the name */
    EXACTLY, /* a phandle that leads nowhere is a mistake */
    PERHAPS, /* the name is used for numbers as well: then it is one */
};

/*
 * Properties with references. `*` stands for anything; the first row that fits counts. `cells`
 * names the property of the target that says how many cells follow; NULL: `fixed` do, or, where
 * that is REST, all that are left.
 */
static const struct binding {
    const char *property;
    const char *cells;
    size_t fixed;
    enum ref_kind kind;
    enum how how;
} bindings[] = {
    {"*nr-gpios", NULL, 0, REF_PEER, NEVER},
    {"pinctrl-names", NULL, 0, REF_PEER, NEVER},
    {"pinctrl-single,*", NULL, 0, REF_PEER, NEVER},
    {"arm,vexpress-sysreg,func", NULL, 0, REF_PEER, NEVER},

    {"clocks", "#clock-cells", 0, REF_NEEDED, EXACTLY},
    {"assigned-clocks", "#clock-cells", 0, REF_NEEDED, EXACTLY},
    {"assigned-clock-parents", "#clock-cells", 0, REF_NEEDED, EXACTLY},
    {"resets", "#reset-cells", 0, REF_NEEDED, EXACTLY},
    {"power-domains", "#power-domain-cells", 0, REF_NEEDED, EXACTLY},
    {"pinctrl-*", NULL, 0, REF_NEEDED, PERHAPS},
    {"phys", "#phy-cells", 0, REF_NEEDED, EXACTLY},
    {"dmas", "#dma-cells", 0, REF_NEEDED, EXACTLY},
    {"mboxes", "#mbox-cells", 0, REF_NEEDED, EXACTLY},
    {"io-channels", "#io-channel-cells", 0, REF_NEEDED, EXACTLY},
    {"hwlocks", "#hwlock-cells", 0, REF_NEEDED, EXACTLY},
    {"pwms", "#pwm-cells", 0, REF_NEEDED, EXACTLY},
    {"interconnects", "#interconnect-cells", 0, REF_OPTIONAL, EXACTLY},
    {"mux-controls", "#mux-control-cells", 0, REF_NEEDED, EXACTLY},
    {"sound-dai", "#sound-dai-cells", 0, REF_NEEDED, EXACTLY},
    {"nvmem-cells", "#nvmem-cell-cells", 0, REF_OPTIONAL, EXACTLY},
    {"*-supply", NULL, 0, REF_NEEDED, EXACTLY},
    {"gpio-ranges", NULL, 3, REF_NEEDED, EXACTLY},
    {"*-gpios", "#gpio-cells", 0, REF_NEEDED, PERHAPS},
    {"*-gpio", "#gpio-cells", 0, REF_NEEDED, PERHAPS},
    {"gpios", "#gpio-cells", 0, REF_NEEDED, PERHAPS},
    {"gpio", "#gpio-cells", 0, REF_NEEDED, PERHAPS},
    {"phy-handle", NULL, 0, REF_NEEDED, EXACTLY},
    {"phy", NULL, 0, REF_NEEDED, PERHAPS},
    {"usb-phy", NULL, 0, REF_NEEDED, PERHAPS},
    {"tbi-handle", NULL, 0, REF_NEEDED, EXACTLY},
    {"pcs-handle", NULL, 0, REF_NEEDED, EXACTLY},
    {"pcsphy-handle", NULL, 0, REF_NEEDED, EXACTLY},
    {"mdio-parent-bus", NULL, 0, REF_NEEDED, EXACTLY},
    {"i2c-parent", NULL, 0, REF_NEEDED, EXACTLY},
    {"ddc-i2c-bus", NULL, 0, REF_NEEDED, EXACTLY},
    {"mmc-pwrseq", NULL, 0, REF_NEEDED, EXACTLY},
    {"extcon", NULL, 0, REF_OPTIONAL, PERHAPS},
    {"nvmem", NULL, 0, REF_OPTIONAL, PERHAPS},
    {"operating-points-v2", NULL, 0, REF_NEEDED, EXACTLY},
    {"memory-region", NULL, 0, REF_MEMORY, EXACTLY},
    {"iommus", "#iommu-cells", 0, REF_IOMMU, EXACTLY},
    {"msi-parent", "#msi-cells", 0, REF_MSI, EXACTLY},
    {"remote-endpoint", NULL, 0, REF_PEER, EXACTLY},
    {"backlight", NULL, 0, REF_PEER, PERHAPS},
    {"panel", NULL, 0, REF_PEER, PERHAPS},
    {"leds", NULL, 0, REF_PEER, PERHAPS},
    {"cooling-device", "#cooling-cells", 0, REF_PEER, EXACTLY},

    /* Blocks of registers that a driver shares with others: names of the makers'. */
    {"*syscon*", NULL, REST, REF_NEEDED, PERHAPS},
    {"*-sysctrl", NULL, REST, REF_NEEDED, PERHAPS},
    {"*grf", NULL, REST, REF_NEEDED, PERHAPS},
    {"*,pmu", NULL, REST, REF_NEEDED, PERHAPS},
    {"*sysreg*", NULL, REST, REF_NEEDED, PERHAPS},
    {"*,gpr", NULL, REST, REF_NEEDED, PERHAPS},
    {"fsl,usbmisc", NULL, REST, REF_NEEDED, PERHAPS},
    {"fsl,usbphy", NULL, REST, REF_NEEDED, PERHAPS},
    {"fsl,anatop", NULL, REST, REF_NEEDED, PERHAPS},
    {"mediatek,infracfg", NULL, REST, REF_NEEDED, PERHAPS},
    {"mediatek,pericfg", NULL, REST, REF_NEEDED, PERHAPS},
    {"mediatek,ethsys", NULL, REST, REF_NEEDED, PERHAPS},
    {"mediatek,sgmiisys", NULL, REST, REF_NEEDED, PERHAPS},
    {"nvidia,pmc", NULL, REST, REF_NEEDED, PERHAPS},
    {"amlogic,canvas", NULL, REST, REF_NEEDED, PERHAPS},
    {"nvidia,phy", NULL, 0, REF_NEEDED, PERHAPS},
    {"nvidia,xusb-padctl", NULL, 0, REF_NEEDED, PERHAPS},
    {"nvidia,mipi-calibrate", NULL, REST, REF_NEEDED, PERHAPS},
    {"nvidia,dpaux", NULL, 0, REF_NEEDED, PERHAPS},
    {"nvidia,ddc-i2c-bus", NULL, 0, REF_NEEDED, PERHAPS},
    {"amlogic,ao-secure", NULL, 0, REF_NEEDED, PERHAPS},
    {"hdmi-phandle", NULL, 0, REF_NEEDED, PERHAPS},
    {"allwinner,sram", NULL, REST, REF_NEEDED, PERHAPS},
    {"allwinner,codec-analog-controls", NULL, 0, REF_NEEDED, PERHAPS},
    {"marvell,system-controller", NULL, 0, REF_NEEDED, PERHAPS},
    {"marvell,usb-misc-reg", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,halt-regs", NULL, REST, REF_NEEDED, PERHAPS},
    {"qcom,spare-regs", NULL, REST, REF_NEEDED, PERHAPS},
    {"qcom,qaccept-regs", NULL, REST, REF_NEEDED, PERHAPS},
    {"qcom,saw-reg", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,bcm-voters", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,qmp", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,gmu", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,mmio", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,rpm-msg-ram", NULL, 0, REF_NEEDED, PERHAPS},
    {"qcom,smem-states", "#qcom,smem-state-cells", 0, REF_OPTIONAL, PERHAPS},
    {"wakeup-parent", NULL, 0, REF_NEEDED, EXACTLY}, /* its driver waits for that controller */
    {"fsl,stop-mode", NULL, REST, REF_NEEDED, PERHAPS},
    {"fsl,mipi-phy-gpr", NULL, REST, REF_NEEDED, PERHAPS},
    {"fsl,pcie-scfg", NULL, REST, REF_NEEDED, PERHAPS},
    {"fsl,rcpm-wakeup", NULL, REST, REF_OPTIONAL, PERHAPS},
    {"fsl,fman-ports", NULL, 0, REF_NEEDED, PERHAPS},
    {"ptp-timer", NULL, 0, REF_OPTIONAL, PERHAPS},
    {"renesas,fcp", NULL, 0, REF_NEEDED, PERHAPS},
    {"renesas,ipmmu-main", NULL, REST, REF_IOMMU, PERHAPS},
    {"ti,ringacc", NULL, 0, REF_NEEDED, PERHAPS},
    {"ti,serdes-clk", NULL, REST, REF_NEEDED, PERHAPS},
    {"ti,camerrx-control", NULL, 0, REF_NEEDED, PERHAPS},
    {"ti,am65x-oldi-io-ctrl", NULL, 0, REF_NEEDED, PERHAPS},
    {"pm_qos", NULL, 0, REF_NEEDED, EXACTLY}, /* saved while a power domain is off */
    {"regmap", NULL, 0, REF_NEEDED, PERHAPS},
    {"sfp", NULL, 0, REF_NEEDED, PERHAPS},
    {"i2c-bus", NULL, 0, REF_NEEDED, PERHAPS},
    {"ethernet", NULL, 0, REF_NEEDED, PERHAPS},
    {"companion", NULL, 0, REF_PEER, PERHAPS},
    {"peer-hub", NULL, 0, REF_PEER, PERHAPS},
    {"devfreq-events", NULL, 0, REF_PEER, PERHAPS},
    {"secure-monitor", NULL, 0, REF_NEEDED, PERHAPS},
};

/* Whether `pattern`, with `*` at its beginning, its end or both, fits. */
static bool fits(const char *name, const char *pattern)
{
    size_t length = strlen(pattern), name_length = strlen(name);
    bool open_start = pattern[0] == '*', open_end = pattern[length - 1] == '*';
    if (open_start && open_end) {
        char middle[32];
        memcpy(middle, pattern + 1, length - 2);
        middle[length - 2] = '\0';
        return strstr(name, middle) != NULL;
    }
    if (open_start) {
        return name_length >= length - 1 &&
               strcmp(name + name_length - (length - 1), pattern + 1) == 0;
    }
    return open_end ? strncmp(name, pattern, length - 1) == 0 : strcmp(name, pattern) == 0;
}

static const struct binding *binding_find(const char *name)
{
    for (size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++) {
        if (fits(name, bindings[i].property)) {
            return &bindings[i];
        }
    }
    return NULL;
}

static void add(struct devrefs *refs, const struct devref *ref)
{
    if (refs->count < NODE_REF_MAX) {
        refs->entries =
            alloc_grow(refs->entries, refs->count, &refs->capacity, sizeof(*refs->entries));
        refs->entries[refs->count++] = *ref;
    }
}

/* Cells behind a phandle for `target`; false if it does not say. */
static bool specifier_size(const struct devtree *devtree, const struct binding *binding,
                           size_t target, size_t *cells)
{
    if (binding->cells == NULL) {
        *cells = binding->fixed;
        return true;
    }
    bool optional = binding->kind == REF_MSI || strcmp(binding->property, "nvmem-cells") == 0;
    uint32_t said = devnode_cell(devtree, target, binding->cells, optional ? 0 : UINT32_MAX);
    *cells = said;
    return said <= DEVREF_SPECIFIER_MAX;
}

/* Reads the references of a property, one after the other. */
static void add_property(const struct devtree *devtree, const struct binding *binding,
                         const char *name, const fdt32_t *cells, size_t length,
                         struct devrefs *refs)
{
    struct devref ref = {.property = name, .kind = binding->kind, .target = NODE_NONE};
    if (length % 4 != 0) {
        ref.problem = "is not a whole number of cells";
        if (binding->how == EXACTLY) {
            add(refs, &ref);
        }
        return;
    }
    const size_t count = length / 4;
    for (size_t at = 0; at < count; ref.index++) {
        uint32_t phandle = fdt32_ld(&cells[at++]);
        size_t specifier;
        if (phandle == 0 || phandle == UINT32_MAX) {
            continue; /* an entry left out */
        }
        ref.target = devtree_by_phandle(devtree, phandle);
        if (ref.target == NODE_NONE) {
            ref.problem = "refers to a node that there is not";
        } else if (!specifier_size(devtree, binding, ref.target, &specifier)) {
            ref.problem = "refers to a node that does not say how many cells follow";
        } else if (specifier == REST) {
            specifier = count - at; /* of a maker's property the rest is the maker's matter */
        } else if (specifier > count - at) {
            ref.problem = "ends in the middle of a reference";
        }
        if (ref.problem != NULL) {
            if (binding->how == EXACTLY) {
                add(refs, &ref);
            }
            return;
        }
        ref.specifier = &cells[at];
        ref.specifier_cells = specifier;
        add(refs, &ref);
        at += specifier;
    }
}

/* Entries of a bridge's "msi-map": requester, controller, its first specifier, how many
 * (pci-msi.txt). */
#define MSI_MAP_CELLS 4

static void add_msi_map(const struct devtree *devtree, const char *name, const fdt32_t *cells,
                        size_t length, struct devrefs *refs)
{
    const size_t entry = MSI_MAP_CELLS * sizeof(*cells);
    struct devref ref = {.property = name, .kind = REF_MSI, .target = NODE_NONE};
    if (length == 0 || length % entry != 0) {
        ref.problem = "is not a whole number of entries";
        add(refs, &ref);
        return;
    }
    for (; ref.index < length / entry; ref.index++, cells += MSI_MAP_CELLS) {
        ref.target = devtree_by_phandle(devtree, fdt32_ld(&cells[1]));
        ref.problem = ref.target == NODE_NONE ? "refers to a node that there is not" : NULL;
        add(refs, &ref);
    }
}

void devnode_refs(const struct devtree *devtree, size_t node, struct devrefs *refs)
{
    int property;
    *refs = (struct devrefs){0};
    fdt_for_each_property_offset(property, devtree->tree.fdt, devtree->nodes[node].offset)
    {
        const char *name;
        int length;
        const void *value = fdt_getprop_by_offset(devtree->tree.fdt, property, &name, &length);
        if (value != NULL && strcmp(name, "msi-map") == 0) {
            add_msi_map(devtree, name, value, (size_t)length, refs);
            continue;
        }
        const struct binding *binding = value == NULL ? NULL : binding_find(name);
        if (binding != NULL && binding->how != NEVER) {
            add_property(devtree, binding, name, value, (size_t)length, refs);
        }
    }
}
