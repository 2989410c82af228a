/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The SD/eMMC engine of Amlogic's Meson SoCs (version 3, "axg"), and the eMMC that is soldered to
 * it. A command comes in registers, or a chain of them in memory as descriptors, which the engine
 * fetches by DMA; data goes by DMA as well, or through a buffer of the engine's. Registers and bits
 * are those that Linux's meson-gx-mmc driver uses.
 *
 * What takes time takes 20 us here. Clocks, phases and delays are kept and have no effect. The
 * engine reaches all of memory, as it does on the SoC.
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/irq.h"
#include "hw/qdev-properties-system.h"
#include "qapi/error.h"
#include "qemu/log.h"
#include "qemu/timer.h"

#include "meson_mmc.h"

#define CLOCK   0x00 /* rw  divider, source, phases, delays */
#define START   0x40 /* rw  a chain: where (31-2), is to run (1), is in the buffer (0) */
#define CFG     0x44 /* rw  bus, block length */
#define STATUS  0x48 /* rw  what happened, until ones are written; the lines (31-16) */
#define IRQ_EN  0x4c /* rw  what interrupts, by bits of STATUS */
#define CMD_CFG 0x50 /* rw  a descriptor's four words, and the response */
#define CMD_ARG 0x54 /* rw  writing this one starts the command */
#define CMD_DAT 0x58 /* rw */
#define CMD_RSP 0x5c /* rw  up to 0x68: the response, least significant word first */

#define START_BUSY   (1u << 1)
#define START_BUFFER (1u << 0)

#define CFG_BLOCK_LENGTH(cfg) (1u << ((cfg) >> 4 & 0xf))

#define STATUS_DESCRIPTOR_ERROR (1u << 9)
#define STATUS_RESPONSE_TIMEOUT (1u << 11)
#define STATUS_DATA_TIMEOUT     (1u << 12)
#define STATUS_END_OF_CHAIN     (1u << 13)
#define STATUS_EVENTS           0xffffu
#define STATUS_ERRORS           0x1fffu
#define STATUS_DATA_LINES_HIGH  (0xffu << 16)
#define STATUS_DESCRIPTOR_BUSY  (1u << 30)
#define STATUS_BUSY             (1u << 31)

#define CMD_LENGTH(cfg)  ((cfg) % 512) /* 0 stands for 512 */
#define CMD_BLOCK_MODE   (1u << 9)     /* the length is in blocks */
#define CMD_END_OF_CHAIN (1u << 11)
#define CMD_NO_RESPONSE  (1u << 16)
#define CMD_NO_COMMAND   (1u << 17) /* goes on with the data of the one before */
#define CMD_DATA         (1u << 18)
#define CMD_DATA_WRITE   (1u << 19)
#define CMD_INDEX(cfg)   ((cfg) >> 24 & 0x3f)
#define CMD_OWNER        (1u << 31) /* the engine's */

#define DATA_ADDRESS(dat) ((dat) & ~3u)
#define DATA_BUFFER       (1u << 0)

#define FINISH_NS 20000

/* A chain without an end is given up here; Linux's are a page, 256 descriptors, at most. */
#define CHAIN_MAX 4096

struct descriptor {
    uint32_t cfg, arg, dat, rsp;
};

static void update_irq(MesonMmc *mmc)
{
    qemu_set_irq(mmc->irq, (mmc->status & mmc->values[IRQ_EN / 4] & STATUS_EVENTS) != 0);
}

/* Copies from or to memory, or the engine's buffer. False if there is none there. */
static bool copy_data(MesonMmc *mmc, uint32_t dat, uint8_t *data, size_t size, bool is_to_memory)
{
    uint32_t offset = DATA_ADDRESS(dat);

    if (!(dat & DATA_BUFFER)) {
        return address_space_rw(&address_space_memory, offset, MEMTXATTRS_UNSPECIFIED, data, size,
                                is_to_memory) == MEMTX_OK;
    }
    if (offset > MESON_MMC_BUFFER_SIZE || size > MESON_MMC_BUFFER_SIZE - offset) {
        return false;
    }
    if (is_to_memory) {
        memcpy(mmc->buffer + offset, data, size);
    } else {
        memcpy(data, mmc->buffer + offset, size);
    }
    return true;
}

/* How many bytes a descriptor moves: at most 512 blocks of 32 KiB. */
static size_t data_size(const MesonMmc *mmc, uint32_t cfg)
{
    size_t length = CMD_LENGTH(cfg) != 0 ? CMD_LENGTH(cfg) : 512;

    return cfg & CMD_BLOCK_MODE ? length * CFG_BLOCK_LENGTH(mmc->values[CFG / 4]) : length;
}

/* Moves a descriptor's data. Returns the bits of STATUS for what went wrong. */
static uint32_t move_data(MesonMmc *mmc, const struct descriptor *descriptor)
{
    size_t size = data_size(mmc, descriptor->cfg);
    g_autofree uint8_t *data = g_malloc(size);

    if (descriptor->cfg & CMD_DATA_WRITE) {
        if (!copy_data(mmc, descriptor->dat, data, size, false)) {
            return STATUS_DESCRIPTOR_ERROR;
        }
        return emmc_write(&mmc->card, data, size) ? 0 : STATUS_DATA_TIMEOUT;
    }
    if (!emmc_read(&mmc->card, data, size)) {
        return STATUS_DATA_TIMEOUT;
    }
    return copy_data(mmc, descriptor->dat, data, size, true) ? 0 : STATUS_DESCRIPTOR_ERROR;
}

/* Runs one descriptor. Returns the bits of STATUS for what went wrong. */
static uint32_t run_descriptor(MesonMmc *mmc, const struct descriptor *descriptor)
{
    uint32_t *response = &mmc->values[CMD_RSP / 4];

    if (!(descriptor->cfg & CMD_OWNER)) {
        return STATUS_DESCRIPTOR_ERROR;
    }
    if (!(descriptor->cfg & CMD_NO_COMMAND) &&
        emmc_command(&mmc->card, CMD_INDEX(descriptor->cfg), descriptor->arg, response) == 0 &&
        !(descriptor->cfg & CMD_NO_RESPONSE)) {
        return STATUS_RESPONSE_TIMEOUT;
    }
    return descriptor->cfg & CMD_DATA ? move_data(mmc, descriptor) : 0;
}

static bool fetch_descriptor(MesonMmc *mmc, unsigned index, struct descriptor *descriptor)
{
    uint32_t start = mmc->values[START / 4];
    uint32_t words[4];
    uint32_t dat =
        (DATA_ADDRESS(start) + index * sizeof(words)) | (start & START_BUFFER ? DATA_BUFFER : 0);

    if (!copy_data(mmc, dat, (uint8_t *)words, sizeof(words), false)) {
        return false;
    }
    *descriptor = (struct descriptor){le32_to_cpu(words[0]), le32_to_cpu(words[1]),
                                      le32_to_cpu(words[2]), le32_to_cpu(words[3])};
    return true;
}

static uint32_t run_chain(MesonMmc *mmc)
{
    struct descriptor descriptor;
    uint32_t status;

    for (unsigned i = 0; i < CHAIN_MAX; i++) {
        if (!fetch_descriptor(mmc, i, &descriptor)) {
            return STATUS_DESCRIPTOR_ERROR;
        }
        status = run_descriptor(mmc, &descriptor);
        if (status != 0) {
            return status;
        }
        if (descriptor.cfg & CMD_END_OF_CHAIN) {
            return STATUS_END_OF_CHAIN;
        }
    }
    return STATUS_DESCRIPTOR_ERROR;
}

static uint32_t run_registers(MesonMmc *mmc)
{
    struct descriptor descriptor = {mmc->values[CMD_CFG / 4], mmc->values[CMD_ARG / 4],
                                    mmc->values[CMD_DAT / 4], mmc->values[CMD_RSP / 4]};
    uint32_t status = run_descriptor(mmc, &descriptor);

    return status | (descriptor.cfg & CMD_END_OF_CHAIN ? STATUS_END_OF_CHAIN : 0);
}

static void finish(void *opaque)
{
    MesonMmc *mmc = opaque;

    mmc->status |= mmc->is_chain ? run_chain(mmc) : run_registers(mmc);
    if (mmc->status & STATUS_ERRORS) {
        qemu_log_mask(LOG_UNIMP, "meson-mmc: CMD%u ends with status %#x\n",
                      CMD_INDEX(mmc->values[CMD_CFG / 4]), mmc->status);
    }
    mmc->values[START / 4] &= ~START_BUSY;
    update_irq(mmc);
}

static void begin(MesonMmc *mmc, bool is_chain)
{
    mmc->is_chain = is_chain;
    timer_mod(mmc->finish, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + FINISH_NS);
}

static uint32_t read_status(const MesonMmc *mmc)
{
    uint32_t busy = STATUS_BUSY | (mmc->is_chain ? STATUS_DESCRIPTOR_BUSY : 0);

    return mmc->status | STATUS_DATA_LINES_HIGH | (timer_pending(mmc->finish) ? busy : 0);
}

static uint64_t read_register(void *opaque, hwaddr offset, unsigned size)
{
    MesonMmc *mmc = opaque;

    if (offset >= MESON_MMC_BUFFER_OFFSET) {
        return ldl_le_p(mmc->buffer + offset - MESON_MMC_BUFFER_OFFSET);
    }
    return offset == STATUS ? read_status(mmc) : mmc->values[offset / 4];
}

static void write_register(void *opaque, hwaddr offset, uint64_t value, unsigned size)
{
    MesonMmc *mmc = opaque;

    if (offset >= MESON_MMC_BUFFER_OFFSET) {
        stl_le_p(mmc->buffer + offset - MESON_MMC_BUFFER_OFFSET, value);
        return;
    }
    if (offset == STATUS) {
        mmc->status &= ~value;
        update_irq(mmc);
        return;
    }
    mmc->values[offset / 4] = value;
    if (offset == CMD_ARG) {
        begin(mmc, false);
    } else if (offset == START && value & START_BUSY) {
        begin(mmc, true);
    } else if (offset == START) {
        timer_del(mmc->finish);
    } else if (offset == IRQ_EN) {
        update_irq(mmc);
    }
}

static const MemoryRegionOps register_ops = {
    .read = read_register,
    .write = write_register,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4,
    .valid.max_access_size = 4,
};

/* The engine only: the card has a reset pin of its own. */
static void reset_engine(MesonMmc *mmc)
{
    timer_del(mmc->finish);
    memset(mmc->values, 0, sizeof(mmc->values));
    mmc->status = 0;
    update_irq(mmc);
}

static void reset_input(void *opaque, int line, int level)
{
    if (level) {
        reset_engine(opaque);
    }
}

static void reset(DeviceState *device)
{
    MesonMmc *mmc = MESON_MMC(device);

    reset_engine(mmc);
    emmc_reset(&mmc->card);
}

static void realize(DeviceState *device, Error **errp)
{
    MesonMmc *mmc = MESON_MMC(device);

    if (mmc->media != NULL && blk_set_perm(mmc->media, BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE,
                                           BLK_PERM_ALL, errp) < 0) {
        return;
    }
    emmc_init(&mmc->card, mmc->media);
    mmc->finish = timer_new_ns(QEMU_CLOCK_VIRTUAL, finish, mmc);
}

static void instance_init(Object *object)
{
    MesonMmc *mmc = MESON_MMC(object);

    memory_region_init_io(&mmc->registers, object, &register_ops, mmc, TYPE_MESON_MMC,
                          MESON_MMC_REGISTERS_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(object), &mmc->registers);
    sysbus_init_irq(SYS_BUS_DEVICE(object), &mmc->irq);
    qdev_init_gpio_in_named_with_opaque(DEVICE(object), reset_input, mmc, MESON_MMC_RESET, 1);
}

static Property properties[] = {
    DEFINE_PROP_DRIVE("drive", MesonMmc, media),
    DEFINE_PROP_END_OF_LIST(),
};

static void class_init(ObjectClass *class, void *data)
{
    DeviceClass *device_class = DEVICE_CLASS(class);

    device_class->realize = realize;
    device_class->reset = reset;
    device_class_set_props(device_class, properties);
}

static const TypeInfo type_info = {
    .name = TYPE_MESON_MMC,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(MesonMmc),
    .instance_init = instance_init,
    .class_init = class_init,
};

static void register_types(void)
{
    type_register_static(&type_info);
}

type_init(register_types)
