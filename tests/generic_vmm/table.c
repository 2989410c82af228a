/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the guest table of generic_vmm.system: where the payload goes is what the example's
 * guest.h says, which its device tree says as well.
 */
#include <stdio.h>
#include <stdlib.h>

#include "guest.h"
#include "guest_table_build.h"
#include "place_of_nothing.h"

#define ROOM 4096

int main(int argc, char **argv)
{
    static uint64_t bytes[ROOM / sizeof(uint64_t)];
    static const struct table_place places[] = {
        {0, 0x40000000, "no device of the board"},
        {0x8000000, 0x10000, "intc@8000000, the kernel's"},
        {0x9020000, 0x18, "fw-cfg@9020000, nobody's"},
        {PLACE_OF_NOTHING, PLACE_SIZE, PLACE_TEXT},
    };
    const struct table_choice choice = {
        .flags = GUEST_TABLE_OFF_IS_MACHINE_OFF,
        .kernel_gpa = GUEST_RAM_GPA,
        .dtb_gpa = GUEST_DTB_GPA,
        .initrd_gpa = GUEST_INITRD_GPA,
        .places = places,
        .place_count = sizeof places / sizeof *places,
    };
    FILE *file = argc == 2 ? fopen(argv[1], "we") : NULL;
    size_t size = guest_table_build(bytes, sizeof bytes, &choice);
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(argc == 2 ? argv[1] : "usage: table FILE");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
