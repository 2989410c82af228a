/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest table: what `drover compose` tells the generic VMM (vmm.elf) about its guest. It is a
 * file that the system description puts into a memory region (prefill_path) and maps read-only into
 * the VMM. Where the VM's memory, interrupts and interrupt controller are is not in it: that the
 * VMM has from struct vm_info, which `drover build` writes. Little-endian; offsets are bytes from
 * the start of the table.
 *
 * The VMM's symbols that the description sets (setvar_vaddr, setvar_prefill_size), all uintptr_t:
 *     guest_ram_vaddr                           guest RAM, read-write
 *     guest_table_vaddr, guest_table_size       this table, read-only; the size is the file's
 *     guest_kernel_vaddr, guest_kernel_size     an arm64 Image, read-only; sizes are the files'
 *     guest_dtb_vaddr, guest_dtb_size           the guest's device tree
 *     guest_initrd_vaddr, guest_initrd_size     its initial RAM disk; both 0: none
 */
#pragma once

#include <stdint.h>

#include "abi.h"

#define GUEST_TABLE_MAGIC   0x454c42415447u /* "GTABLE" */
#define GUEST_TABLE_VERSION 3

enum guest_table_flags {
    /* The guest's power-off switches the machine off (PSCI SYSTEM_OFF); the VMM may call firmware.
     */
    GUEST_TABLE_OFF_IS_MACHINE_OFF = 1,
};

#define GUEST_PLACE_TEXT_MAX 512 /* bytes of a text, with the NUL at its end */

/* What is said where no place holds the byte: a table has them all, RAM included. */
#define GUEST_PLACE_NONE "nobody: no node of the board's tree has registers at this byte"

/* A part of the board, for the VMM's line about an access that nobody answers. */
struct guest_place {
    uint64_t pa; /* first byte; devices have the same GPA */
    uint64_t size;
    uint32_t text_offset; /* what is there and whose, as `drover explain` says it; NUL-terminated,
                             without control characters */
    uint32_t reserved;
};

/* A virtio device that the VMM gives its guest, at a virtio-mmio transport. */
enum guest_device_kind {
    /* Clients of a virtualiser; `config` is what sDDF gives such a client. */
    GUEST_DEVICE_CONSOLE = 1, /* serial_client_config_t */
    GUEST_DEVICE_BLOCK,       /* blk_client_config_t */
    GUEST_DEVICE_NET, /* net_client_config_t without a net_copy: the data region of a received
                         buffer is regions[oid], and rx_data is regions[0] */
    /* What the guest serves; `config` is what sDDF gives the driver of that class, and an io
     * address in its queues is a VA in one of `regions`. */
    GUEST_DEVICE_BLOCK_SERVER, /* blk_driver_config_t; a virtio-console with the agent's port */
    GUEST_DEVICE_NET_SERVER,   /* net_driver_config_t; a virtio-net for the guest's bridge */
};

#define GUEST_DEVICE_SIZE 0x200 /* bytes of a transport's registers; compose gives each a page */

/* Memory that queues may name, as the VMM has it mapped. */
struct guest_data_region {
    uint64_t va;
    uint64_t size;
    uint32_t is_writable;
    uint32_t reserved;
};

struct guest_device {
    uint32_t kind;          /* enum guest_device_kind */
    uint32_t intid;         /* an SPI that no device of the board raises */
    uint64_t gpa;           /* of the transport's registers */
    uint64_t registers_va;  /* in the VMM, of the page that the guest has mapped read-only at `gpa`;
                               0: nothing is mapped there */
    uint32_t config_offset; /* of the configuration, a multiple of 8 */
    uint32_t config_size;
    uint32_t region_offset; /* struct guest_data_region[region_count] */
    uint32_t region_count;
};

/* A PCI host bridge of the guest, so that a restart can take its devices off the bus first. The
 * VMM has the configuration space (ECAM, PCI Express Base 4.0, 7.2.2) mapped as well. */
struct guest_pci {
    uint64_t ecam_va; /* VA of bus `bus_first`, function 0 */
    uint64_t ecam_size;
    uint32_t bus_first;
    uint32_t bus_count;
};

#define GUEST_CHANNEL_NONE UINT32_MAX

struct guest_table {
    uint64_t magic;
    uint32_t version;
    uint32_t size;  /* bytes, with the arrays and texts */
    uint32_t flags; /* enum guest_table_flags */
    uint32_t reserved;
    uint64_t kernel_gpa; /* what linux_setup_images() takes as start of RAM; multiple of 2 MiB */
    uint64_t dtb_gpa;
    uint64_t initrd_gpa;
    uint32_t place_offset; /* struct guest_place[place_count]; by PA; where two hold a byte, the
                              later one is the more precise */
    uint32_t place_count;
    uint32_t smc_offset; /* uint32_t[smc_count]: function identifiers that go to the firmware */
    uint32_t smc_count;
    uint32_t device_offset; /* struct guest_device[device_count] */
    uint32_t device_count;
    uint32_t pci_offset; /* struct guest_pci[pci_count] */
    uint32_t pci_count;
    uint32_t restart_channel; /* a notification on it restarts the guest; or GUEST_CHANNEL_NONE */
    uint32_t reserved_end;
};
