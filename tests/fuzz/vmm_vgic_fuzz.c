/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the distributor: any sequence of register accesses by four vCPUs, which are switched on
 * and off, of interrupts taken and ended, of physical interrupts and the VMM's own. Afterwards the
 * guest enables and takes all there is: no physical interrupt may be left masked, no line unserved,
 * and what was raised last has to have come.
 */
#include <stdlib.h>
#include <string.h>

#include <libvmm/vcpu.h>
#include <libvmm/virq.h>

#include "guest_state.h"
#include "libvmm/fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VCPU_COUNT 4
#define LINE_SPI   100 /* the VMM's own: a line, and an edge */
#define EDGE_SPI   101
#define NONE       1023

/* One step of the input. */
struct step {
    uint8_t operation; /* [2:0] what, [3] and [6] vCPU, [5:4] log2 of the size */
    uint8_t offset[2];
    uint8_t value[4];
};

static unsigned taken_count;
static uint32_t taken[64]; /* and not ended, with the vCPU in bit 16 */
static bool owed[1024];    /* raised, and neither taken nor cleared by the guest since */
static bool line_is_high;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static bool take(unsigned vcpu)
{
    if (taken_count == 64) {
        return false;
    }
    uint32_t interrupt = fake_take(vcpu);
    if (interrupt == NONE) {
        return false;
    }
    owed[interrupt & 0x3ff] = false;
    taken[taken_count++] = interrupt | vcpu << 16;
    return true;
}

static void end(void)
{
    if (taken_count > 0) {
        uint32_t interrupt = taken[--taken_count];
        unsigned vcpu = interrupt >> 16;
        /* the guest may have cleared the active state itself */
        if (fake.virqs[vcpu][fake_slot(interrupt & 0x1fff)].active) {
            fake_end(vcpu, interrupt & 0x1fff);
        }
    }
}

static void store(unsigned vcpu, uint32_t offset, unsigned size, uint32_t value)
{
    if (size == 4 && offset >= 0x280 && offset < 0x300) { /* GICD_ICPENDR */
        for (uint32_t bits = value; bits != 0; bits &= bits - 1) {
            owed[((offset & 0x7c) * 8 + (uint32_t)__builtin_ctz(bits)) & 0x3ff] = false;
        }
    }
    fake_store(vcpu, FAKE_GICD + offset, size, value);
}

/* A word of the first four banks: there is what the other steps raise. */
static void store_word(unsigned vcpu, const struct step *step, uint32_t value)
{
    static const uint32_t files[] = {0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380,
                                     0x420, 0x440, 0xc00, 0x820, 0x840, 0x860, 0xf00, 0xf20};
    uint32_t file = files[step->offset[0] & 0xf];
    uint32_t count = file < 0x400 ? 4 : file < 0xf00 ? 8 : 1;
    store(vcpu, file == 0 ? 0 : file + step->offset[1] % count * 4, 4, value);
}

/* Whether the guest has configured the VMM's line as an edge (GICD_ICFGR). */
static bool line_is_edge(void)
{
    return (gicd_load(0xc00 + LINE_SPI / 16 * 4) >> (LINE_SPI % 16 * 2 + 1) & 1) != 0;
}

/* Of an edge, the rise counts. */
static void set_line(bool high)
{
    virq_set_level(ARM_GIC_IRQ_ROUTE(0, LINE_SPI), high);
    owed[LINE_SPI] |= high && !line_is_high && line_is_edge();
    line_is_high = high;
}

static void power_switch(unsigned vcpu)
{
    if (vcpu_is_on(vcpu)) {
        guest_vcpu_stop(vcpu);
    } else {
        guest_vcpu_start(vcpu, FAKE_RAM, 0);
    }
}

static void run(const struct step *step)
{
    unsigned vcpu = (step->operation >> 3 & 1) | (step->operation >> 5 & 2);
    unsigned size = 1u << (step->operation >> 4 & 3);
    uint32_t offset = (step->offset[0] | (uint32_t)step->offset[1] << 8) & 0x1fff;
    uint32_t value;
    memcpy(&value, step->value, 4);
    switch (step->operation & 7) {
    case 0:
        fake_load(vcpu, FAKE_GICD + offset, size);
        break;
    case 1:
        store(vcpu, offset, size, value);
        break;
    case 2:
        store_word(vcpu, step, value);
        break;
    case 3:
        take(vcpu);
        break;
    case 4:
        end();
        break;
    case 5:
        if (fake_fire((value & 1) != 0 ? FAKE_CH_LEVEL : FAKE_CH_EDGE)) {
            owed[(value & 1) != 0 ? FAKE_IRQ_LEVEL : FAKE_IRQ_EDGE] = true;
        }
        break;
    case 6:
        set_line(value & 1);
        break;
    default:
        if ((value & 1) != 0) {
            power_switch(vcpu);
            break;
        }
        virq_inject(ARM_GIC_IRQ_ROUTE(0, EDGE_SPI));
        owed[EDGE_SPI] = true;
        break;
    }
}

/* The guest ends what it has, enables everything to vCPU 0, and takes interrupts until none comes.
 */
static void drain(void)
{
    while (taken_count > 0) {
        end();
    }
    for (uint32_t word = 0; word < 40; word += 4) {
        for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
            fake_store(vcpu, FAKE_GICD + 0x380 + word, 4, ~0u);
            fake_store(vcpu, FAKE_GICD + 0x100 + word, 4, ~0u);
        }
    }
    for (uint32_t intid = 32; intid < FAKE_IRQ_LINES; intid += 4) {
        gicd_store(0x800 + intid, 0x01010101);
    }
    gicd_store(0x000, 3);
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        while (take(vcpu)) {
            end();
        }
    }
}

static void check_afterwards(void)
{
    set_line(false);
    drain();
    for (unsigned vcpu = 0; vcpu < VCPU_COUNT; vcpu++) {
        require(fake_take(vcpu) == NONE);
    }
    require(!owed[FAKE_IRQ_LEVEL] && !owed[FAKE_IRQ_EDGE] && !owed[EDGE_SPI] && !owed[LINE_SPI]);
    require(!fake.physical_active[FAKE_CH_LEVEL] && !fake.physical_active[FAKE_CH_EDGE]);
    for (uint32_t word = 4; word < 40; word += 4) {
        for (uint32_t bits = gicd_load(0x200 + word); bits != 0; bits &= bits - 1) {
            uint32_t intid = word * 8 + (uint32_t)__builtin_ctz(bits);
            require(intid == FAKE_IRQ_STRAIGHT || intid == FAKE_IRQ_STRAIGHT_LEVEL);
        }
    }
    /* And everything works still. */
    owed[FAKE_IRQ_LEVEL] = owed[FAKE_IRQ_EDGE] = owed[EDGE_SPI] = owed[LINE_SPI] = true;
    fake_fire(FAKE_CH_LEVEL);
    fake_fire(FAKE_CH_EDGE);
    virq_inject(ARM_GIC_IRQ_ROUTE(0, EDGE_SPI));
    set_line(true);
    require(take(0) && take(0) && take(0) && take(0) && !take(0));
    require(!owed[FAKE_IRQ_LEVEL] && !owed[FAKE_IRQ_EDGE] && !owed[EDGE_SPI] && !owed[LINE_SPI]);
    while (taken_count > 0) {
        end();
    }
    if (line_is_edge()) {
        require(!take(0));
        gicd_store(0xc00 + LINE_SPI / 16 * 4, 0); /* a level after all */
    }
    require(take(0)); /* the line is high still */
    require((taken[0] & 0x3ff) == LINE_SPI && !fake.physical_active[FAKE_CH_EDGE]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fake_start(VCPU_COUNT);
    taken_count = 0;
    line_is_high = false;
    memset(owed, 0, sizeof owed);
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, FAKE_IRQ_LEVEL), FAKE_CH_LEVEL);
    virq_register_passthrough(ARM_GIC_IRQ_ROUTE(0, FAKE_IRQ_EDGE), FAKE_CH_EDGE);
    for (; size >= sizeof(struct step); size -= sizeof(struct step), data += sizeof(struct step)) {
        run((const struct step *)data);
    }
    check_afterwards();
    return 0;
}
