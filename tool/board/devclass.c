/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of sorts. A tree has no property for "does DMA" or "is the kernel's"; the generic names
 * of nodes (Devicetree Specification 0.4, 2.2.2) and the bindings' compatible strings say it.
 */
#include "devclass.h"

#include <string.h>

#define STOPS_CLOCKS  "stop or change the clock of any device"
#define RESETS        "reset any device"
#define MOVES_PINS    "take the pins of any device"
#define CUTS_POWER    "switch off the power of any device"
#define READS_KEYS    "read the chip's fuses, or write them"
#define ENDS_ALL      "reset the whole board"
#define ASKS_FIRMWARE "ask the firmware for whatever it does: clocks, power, resets, memory"

/* Sorts by compatible string; the first row that fits counts. */
static const struct {
    const char *compatible;
    struct devclass class;
} by_compatible[] = {
    {"arm,gic-v2m-frame", {"message frame of the GIC", KEEPER_KERNEL, MASTER_NO, NULL}},
    {"arm,gic-v3-its", {"interrupt translation service", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"arm,armv8-timer", {"timer of the CPUs", KEEPER_KERNEL, MASTER_NO, NULL}},
    {"arm,armv7-timer*", {"timer of the CPUs", KEEPER_KERNEL, MASTER_NO, NULL}},
    {"arm,smmu-*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"arm,mmu-*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"qcom,smmu-*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"nvidia,smmu-*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"qcom,msm-iommu-v1*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"renesas,ipmmu-*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"nvidia,tegra210-mc", {"memory controller and IOMMU", KEEPER_KERNEL, MASTER_NO, NULL}},
    {"nvidia,tegra132-mc", {"memory controller and IOMMU", KEEPER_KERNEL, MASTER_NO, NULL}},
    {"nvidia,tegra124-mc", {"memory controller and IOMMU", KEEPER_KERNEL, MASTER_NO, NULL}},
    /* One beside each device, in the same page as its registers: it confines that device only. */
    {"rockchip,iommu", {"IOMMU of one device", KEEPER_NONE, MASTER_YES, NULL}},
    {"rockchip,rk3568-iommu", {"IOMMU of one device", KEEPER_NONE, MASTER_YES, NULL}},
    {"simple-framebuffer", {"picture of the boot loader's", KEEPER_MEMORY, MASTER_NO, NULL}},
    {"fsl,imx8m-ddrc", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"snps,ddrc-*", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"xlnx,zynqmp-ddrc-*", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"fsl,qoriq-memory-controller*", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"nvidia,tegra124-emc", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"nvidia,tegra132-emc", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"nvidia,tegra210-emc", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"rockchip,rk3399-dmc", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"apm,xgene-edac-mc", {"RAM controller", KEEPER_RAM, MASTER_NO, NULL}},
    {"arm,mhu*", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"fsl,imx8-mu-scu", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"fsl,imx8-mu-seco", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"fsl,imx8ulp-mu-s4", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"fsl,imx93-mu-s4", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"ti,am654-secure-proxy", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"amlogic,meson-gxbb-mhu", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"apm,xgene-slimpro-mbox", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"hisilicon,hi3660-mbox", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"hisilicon,hi6220-mbox", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"nvidia,tegra186-hsp", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"nvidia,tegra194-hsp", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"rockchip,rk3368-mailbox", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"xlnx,zynqmp-ipi-mailbox", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"marvell,armada-3700-rwtm-*", {"mailbox to firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"brcm,bcm2835-mbox", {"mailbox to firmware", KEEPER_NONE, MASTER_YES, ASKS_FIRMWARE}},
    {"qcom,rpmh-rsc", {"power and clock votes", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"qcom,rpm-*", {"power and clock requests", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"qcom,glink-rpm", {"power and clock requests", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"qcom,smd-rpm", {"power and clock requests", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"qcom,geni-uart", {"serial port", KEEPER_NONE, MASTER_YES, NULL}}, /* engines with DMA */
    {"qcom,geni-debug-uart", {"serial port", KEEPER_NONE, MASTER_YES, NULL}},
    {"qcom,geni-i2c", {"I2C bus", KEEPER_NONE, MASTER_YES, NULL}},
    {"qcom,geni-spi", {"SPI bus", KEEPER_NONE, MASTER_YES, NULL}},
    {"qcom,cpufreq-*", {"clock of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"qcom,saw2", {"power of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"qcom,msm8916-saw2-*", {"power of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"qcom,msm8916-acc", {"power of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"arm,psci*", {"power control by firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"arm,scmi*", {"firmware interface", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"arm,scpi*", {"firmware interface", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"arm,sdei*", {"firmware interface", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"arm,smc-*", {"firmware interface", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"linaro,optee-tz", {"secure world", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"amlogic,meson-gxbb-sm", {"secure monitor", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"amlogic,meson-gx-ao-secure", {"chip identification", KEEPER_NONE, MASTER_NO, READS_KEYS}},
    {"amlogic,meson-gxbb-efuse", {"fuses behind the firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"amlogic,canvas", {"table of frame buffers", KEEPER_NONE, MASTER_NO, NULL}},
    {"amlogic,axg-frddr", {"DMA of the sound", KEEPER_NONE, MASTER_YES, NULL}},
    {"amlogic,axg-toddr", {"DMA of the sound", KEEPER_NONE, MASTER_YES, NULL}},
    {"qcom,scm*", {"secure monitor", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"xlnx,zynqmp-firmware", {"platform firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"xlnx,versal-firmware", {"platform firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"intel,stratix10-svc", {"secure monitor", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"intel,agilex-svc", {"secure monitor", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"nvidia,tegra186-bpmp", {"platform firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"ti,k2g-sci", {"platform firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"ti,am654-sci", {"platform firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"fsl,imx-scu", {"platform firmware", KEEPER_FIRMWARE, MASTER_NO, NULL}},
    {"raspberrypi,bcm2835-firmware", {"platform firmware", KEEPER_NONE, MASTER_YES, ASKS_FIRMWARE}},
    {"arm,armv8-pmuv3", {"performance monitor", KEEPER_CPU, MASTER_NO, NULL}},
    {"apm,potenza-pmu", {"performance monitor", KEEPER_CPU, MASTER_NO, NULL}},
    {"arm,coresight-*", {"debug and trace of the CPUs", KEEPER_CPU, MASTER_YES, NULL}},
    {"arm,primecell-coresight*", {"debug and trace of the CPUs", KEEPER_CPU, MASTER_YES, NULL}},
    {"arm,cci-*", {"coherent interconnect of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"arm,ccn-*", {"coherent interconnect of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"mmio-sram", {"on-chip memory", KEEPER_NONE, MASTER_NO, NULL}},
    {"ns16550*", {"serial port", KEEPER_NONE, MASTER_NO, NULL}},
    {"arm,pl011", {"serial port", KEEPER_NONE, MASTER_NO, NULL}},
    {"arm,pl031", {"clock of the day", KEEPER_NONE, MASTER_NO, NULL}},
    {"arm,pl061", {"general-purpose pins", KEEPER_NONE, MASTER_NO, MOVES_PINS}},
    {"virtio,mmio", {"virtio transport", KEEPER_NONE, MASTER_YES, NULL}},
    {"cfi-flash", {"flash memory", KEEPER_NONE, MASTER_NO, "change what the board boots"}},
    {"qemu,fw-cfg-mmio", {"QEMU's configuration", KEEPER_NONE, MASTER_YES, NULL}},
};

/* Sorts by the generic name, without the unit address. A `*` as in devnode_is_compatible(). */
static const struct {
    const char *name;
    struct devclass class;
} by_name[] = {
    {"interrupt-controller", {"interrupt controller", KEEPER_NONE, MASTER_NO, NULL}},
    {"clock-controller*", {"clock controller", KEEPER_NONE, MASTER_NO, STOPS_CLOCKS}},
    {"clock*", {"clock", KEEPER_NONE, MASTER_NO, NULL}},
    {"reset-controller*", {"reset controller", KEEPER_NONE, MASTER_NO, RESETS}},
    {"power-controller*", {"power controller", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"power-management*", {"power controller", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"system-controller*", {"system controller", KEEPER_NONE, MASTER_NO, STOPS_CLOCKS}},
    {"sys-ctrl*", {"system controller", KEEPER_NONE, MASTER_NO, STOPS_CLOCKS}},
    {"syscon*", {"system controller", KEEPER_NONE, MASTER_NO, STOPS_CLOCKS}},
    {"watchdog*", {"watchdog", KEEPER_NONE, MASTER_NO, ENDS_ALL}},
    {"pinctrl*", {"pin controller", KEEPER_NONE, MASTER_NO, MOVES_PINS}},
    {"pinmux*", {"pin controller", KEEPER_NONE, MASTER_NO, MOVES_PINS}},
    {"pin-controller*", {"pin controller", KEEPER_NONE, MASTER_NO, MOVES_PINS}},
    {"gpio*", {"general-purpose pins", KEEPER_NONE, MASTER_NO, NULL}},
    {"efuse*", {"fuses", KEEPER_NONE, MASTER_NO, READS_KEYS}},
    {"otp*", {"fuses", KEEPER_NONE, MASTER_NO, READS_KEYS}},
    {"serial", {"serial port", KEEPER_NONE, MASTER_NO, NULL}},
    {"uart*", {"serial port", KEEPER_NONE, MASTER_NO, NULL}},
    {"i2c*", {"I2C bus", KEEPER_NONE, MASTER_NO, NULL}},
    {"pwm*", {"pulse width modulator", KEEPER_NONE, MASTER_NO, NULL}},
    {"rtc*", {"clock of the day", KEEPER_NONE, MASTER_NO, NULL}},
    {"timer*", {"timer", KEEPER_NONE, MASTER_NO, NULL}},
    {"adc*", {"analogue input", KEEPER_NONE, MASTER_NO, NULL}},
    {"temperature-sensor*", {"temperature sensor", KEEPER_NONE, MASTER_NO, NULL}},
    {"thermal*", {"temperature sensor", KEEPER_NONE, MASTER_NO, NULL}},
    {"iommu*", {"IOMMU", KEEPER_KERNEL, MASTER_YES, NULL}},
    {"system-cache-controller*", {"cache of the CPUs", KEEPER_CPU, MASTER_NO, NULL}},
    {"pmic*", {"power supplies", KEEPER_NONE, MASTER_NO, CUTS_POWER}},
    {"regulator*", {"regulator", KEEPER_NONE, MASTER_NO, NULL}},
    {"mailbox*", {"mailbox", KEEPER_NONE, MASTER_NO, "talk to the board's other processors"}},
    {"phy*", {"transceiver", KEEPER_NONE, MASTER_NO, NULL}},
    {"usb-phy*", {"transceiver", KEEPER_NONE, MASTER_NO, NULL}},
    {"mdio*", {"MDIO bus", KEEPER_NONE, MASTER_NO, NULL}},
    {"ir*", {"infrared receiver", KEEPER_NONE, MASTER_NO, NULL}},
    {"cec*", {"HDMI control", KEEPER_NONE, MASTER_NO, NULL}},
    {"hwrng*", {"random number generator", KEEPER_NONE, MASTER_NO, NULL}},
    {"rng*", {"random number generator", KEEPER_NONE, MASTER_NO, NULL}},
    {"bus*", {"bus", KEEPER_NONE, MASTER_NO, NULL}},
    {"sram*", {"on-chip memory", KEEPER_NONE, MASTER_NO, NULL}},
    {"opp-table*", {"table of operating points", KEEPER_NONE, MASTER_NO, NULL}},
    {"memory-controller*",
     {"memory controller", KEEPER_NONE, MASTER_NO, "make all of RAM unreliable"}},
    {"dma*", {"DMA engine", KEEPER_NONE, MASTER_YES, NULL}},
    {"mmc", {"SD or eMMC controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"sd", {"SD or eMMC controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"sdhci", {"SD or eMMC controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"sdhc", {"SD or eMMC controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"ethernet*", {"network card", KEEPER_NONE, MASTER_YES, NULL}},
    {"usb*", {"USB controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"pci*", {"PCI host bridge", KEEPER_NONE, MASTER_YES, NULL}},
    {"sata*", {"SATA controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"ahci*", {"SATA controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"gpu*", {"graphics processor", KEEPER_NONE, MASTER_YES, NULL}},
    {"vpu*", {"video processor", KEEPER_NONE, MASTER_YES, NULL}},
    {"video-*", {"video processor", KEEPER_NONE, MASTER_YES, NULL}},
    {"display*", {"display controller", KEEPER_NONE, MASTER_YES, NULL}},
    {"crypto*", {"cryptographic engine", KEEPER_NONE, MASTER_YES, NULL}},
    {"remoteproc*", {"another processor", KEEPER_NONE, MASTER_YES, NULL}},
    {"can*", {"CAN controller", KEEPER_NONE, MASTER_NO, NULL}},
    {"spi*", {"SPI bus", KEEPER_NONE, MASTER_MAYBE, NULL}},
};

static bool name_fits(const char *name, const char *pattern)
{
    size_t length = strcspn(name, "@");
    size_t wanted = strlen(pattern);
    if (pattern[wanted - 1] == '*') {
        return strncmp(name, pattern, wanted - 1) == 0 && length >= wanted - 1;
    }
    return length == wanted && strncmp(name, pattern, wanted) == 0;
}

static struct devclass class_by_table(const struct devtree *devtree, size_t node)
{
    for (size_t i = 0; i < sizeof(by_compatible) / sizeof(by_compatible[0]); i++) {
        if (devnode_is_compatible(devtree, node, by_compatible[i].compatible)) {
            return by_compatible[i].class;
        }
    }
    for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
        if (name_fits(devtree->nodes[node].name, by_name[i].name)) {
            return by_name[i].class;
        }
    }
    return (struct devclass){.master = MASTER_MAYBE};
}

/* Who keeps a node because of where in the tree it stands; KEEPER_NONE: nobody. */
static enum keeper keeper_by_place(const struct devtree *devtree, size_t node)
{
    static const struct {
        const char *path;
        enum keeper keeper;
    } places[] = {
        {"/cpus", KEEPER_CPU},
        {"/firmware", KEEPER_FIRMWARE},
        {"/reserved-memory", KEEPER_MEMORY},
        {"/chosen", KEEPER_MEMORY}, /* a frame buffer of the boot loader's */
        {"/psci", KEEPER_FIRMWARE},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *path = devtree->nodes[node].path;
        size_t length = strlen(places[i].path);
        if (strncmp(path, places[i].path, length) == 0 &&
            (path[length] == '/' || path[length] == '\0')) {
            return places[i].keeper;
        }
    }
    const char *type = devnode_string(devtree, node, "device_type");
    if (type != NULL && strcmp(type, "memory") == 0) {
        return KEEPER_MEMORY;
    }
    /* arm,cortex-a53-pmu and its kin, one for each core that there is. */
    if (strncmp(devtree->nodes[node].name, "pmu", 3) == 0 && devtree->nodes[node].parent == 0 &&
        devtree->nodes[node].reg_count == 0) {
        return KEEPER_CPU;
    }
    return KEEPER_NONE;
}

static bool says_dma(const struct devtree *devtree, size_t node)
{
    static const char *const properties[] = {"dma-coherent", "iommus", "iommu-map", "#dma-cells"};
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (devnode_property(devtree, node, properties[i], NULL) != NULL) {
            return true;
        }
    }
    return devtree->nodes[node].is_pci;
}

/* What is below a thing that somebody keeps is kept by the same: the frames of a GIC. */
static struct devclass class_above(const struct devtree *devtree, size_t node)
{
    for (; node != NODE_NONE; node = devtree->nodes[node].parent) {
        if (devnode_is_gic(devtree, node)) {
            return (struct devclass){"interrupt controller", KEEPER_KERNEL, MASTER_NO, NULL};
        }
        struct devclass class = class_by_table(devtree, node);
        if (class.keeper != KEEPER_NONE) {
            return class;
        }
    }
    return (struct devclass){0};
}

struct devclass devclass_of(const struct devtree *devtree, size_t node)
{
    uint32_t first, count;
    if (devnode_is_msi_frame(devtree, node, &first, &count)) {
        return (struct devclass){"message frame of the GIC", KEEPER_NONE, MASTER_NO, NULL};
    }
    struct devclass class = class_above(devtree, node);
    if (class.keeper != KEEPER_NONE) {
        return class;
    }
    class = class_by_table(devtree, node);
    class.keeper = keeper_by_place(devtree, node);
    if (devtree->nodes[node].reg_count == 0) {
        class.master = MASTER_NO; /* no registers to be told with */
    } else if (says_dma(devtree, node)) {
        class.master = MASTER_YES;
    }
    return class;
}

bool devclass_is_device(const struct devtree *devtree, size_t node)
{
    return node != 0 && !devtree->nodes[node].is_bus &&
           devnode_property(devtree, node, "compatible", NULL) != NULL;
}

size_t devclass_device_of(const struct devtree *devtree, size_t node)
{
    while (node != 0 && !devclass_is_device(devtree, node)) {
        node = devtree->nodes[node].parent;
    }
    return node;
}
