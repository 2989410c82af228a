/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the payload's checks: headers of kernel and device tree, sizes and places. What is
 * accepted has to lie in guest RAM, apart, and be there.
 */
#include <stdlib.h>
#include <string.h>

#include <libvmm/arch/aarch64/linux.h>

#include "libvmm/fake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input's first bytes; the device tree is what follows. */
struct choice {
    struct linux_image_header kernel;
    uint64_t ram_gpa;
    uint64_t dtb_gpa;
    uint64_t initrd_gpa;
    uint16_t kernel_size;
    uint16_t initrd_size;
};

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void require_in_ram(uint64_t gpa, uint64_t size)
{
    require(gpa >= FAKE_RAM && size <= FAKE_RAM_SIZE && gpa - FAKE_RAM <= FAKE_RAM_SIZE - size);
}

static void require_apart(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    require(a + a_size <= b || b + b_size <= a || a_size == 0 || b_size == 0);
}

static void check(const struct choice *choice, uint64_t entry, const uint8_t *dtb)
{
    uint64_t memory = choice->kernel.image_size > choice->kernel_size ? choice->kernel.image_size
                                                                      : choice->kernel_size;
    uint64_t dtb_size =
        (uint64_t)dtb[4] << 24 | (uint64_t)dtb[5] << 16 | (uint64_t)dtb[6] << 8 | dtb[7];
    require(choice->kernel.magic == LINUX_IMAGE_MAGIC);
    require_in_ram(entry, memory);
    require_in_ram(choice->dtb_gpa, dtb_size);
    require_apart(entry, memory, choice->dtb_gpa, dtb_size);
    if (choice->initrd_size != 0) {
        require_in_ram(choice->initrd_gpa, choice->initrd_size);
        require_apart(entry, memory, choice->initrd_gpa, choice->initrd_size);
        require_apart(choice->dtb_gpa, dtb_size, choice->initrd_gpa, choice->initrd_size);
    }
    require(memcmp(fake_ram(choice->dtb_gpa), dtb, dtb_size) == 0);
    require(memcmp(fake_ram(entry), &choice->kernel, sizeof choice->kernel) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct choice choice;
    if (size < sizeof choice) {
        return 0;
    }
    memcpy(&choice, data, sizeof choice);
    size_t dtb_size = size - sizeof choice;
    uint8_t *dtb = malloc(dtb_size + 1);
    memcpy(dtb, data + sizeof choice, dtb_size);
    uint8_t *kernel = malloc(choice.kernel_size + 1u);
    uint8_t *initrd = malloc(choice.initrd_size + 1u);
    memset(kernel, 0x4b, choice.kernel_size);
    memset(initrd, 0x49, choice.initrd_size);
    memcpy(kernel, &choice.kernel,
           choice.kernel_size < sizeof choice.kernel ? choice.kernel_size : sizeof choice.kernel);

    fake_power_on(1);
    uint64_t entry = linux_setup_images(choice.ram_gpa, (uintptr_t)kernel, choice.kernel_size,
                                        (uintptr_t)dtb, choice.dtb_gpa, dtb_size, (uintptr_t)initrd,
                                        choice.initrd_gpa, choice.initrd_size);
    if (entry != 0) {
        check(&choice, entry, dtb);
    } else {
        require(fake.cleaned_bytes == 0 && fake.log_length != 0);
    }
    free(kernel);
    free(dtb);
    free(initrd);
    return 0;
}
