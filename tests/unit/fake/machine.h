/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The fake machine around the model of the GIC: memory windows, the UART's output, the firmware and
 * the FP registers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "gic.h"
#include "thread.h"

#define FAKE_PAGE_COUNT    16 /* message pages and vCPU pages each */
#define FAKE_MANIFEST_SIZE 0x8000
#define FAKE_HZ            1000000

struct machine {
    _Alignas(64) uint8_t manifest[FAKE_MANIFEST_SIZE];
    _Alignas(4096) uint8_t message_pages[FAKE_PAGE_COUNT][PAGE_SIZE_4K];
    _Alignas(4096) uint8_t vcpu_pages[FAKE_PAGE_COUNT][PAGE_SIZE_4K];
    void *objects; /* exactly as large as the manifest says */
    size_t object_size;
    char uart[4096]; /* what was printed last, a string */
    size_t uart_length;
    uint64_t firmware_calls; /* SMCs made; each adds one to every register */
    struct fpu_state fpu;    /* the registers in the machine */
};

extern struct machine machine;

/* As after power-on, with room for objects of `object_size` bytes. */
void machine_reset(unsigned list_reg_count, size_t object_size);
