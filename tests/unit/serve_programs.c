/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Stand-ins for the programs of device classes.
 */
#include "serve_programs.h"

#include <dirent.h>
#include <elf.h>
#include <sddf/blk/config.h>
#include <sddf/network/config.h>
#include <sddf/serial/config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elf_build.h"

#define SECTIONS_MAX 3
#define CODE_VA      0x200000

static const struct {
    const char *name;
    struct built_section sections[SECTIONS_MAX];
} programs[] = {
    {"serial_driver_pl011.elf",
     {{".serial_driver_config", sizeof(serial_driver_config_t), 0, NULL},
      {".device_resources", sizeof(device_resources_t), 0, NULL}}},
    {"serial_virt_tx.elf", {{".serial_virt_tx_config", sizeof(serial_virt_tx_config_t), 0, NULL}}},
    {"serial_virt_rx.elf",
     {{".serial_virt_rx_config", sizeof(serial_virt_rx_config_t), 0, NULL},
      {".serial_client_config", sizeof(serial_client_config_t), 0, NULL},
      {".serial_virt_rx_names", sizeof(serial_virt_rx_names_t), 0, NULL}}},
    {"blk_virt.elf", {{".blk_virt_config", sizeof(blk_virt_config_t), 0, NULL}}},
    {"network_virt_rx.elf", {{".net_virt_rx_config", sizeof(net_virt_rx_config_t), 0, NULL}}},
    {"network_virt_tx.elf", {{".net_virt_tx_config", sizeof(net_virt_tx_config_t), 0, NULL}}},
    {"network_vswitch.elf", {{".net_vswitch_config", sizeof(net_vswitch_config_t), 0, NULL}}},
    {"network_copy.elf", {{".net_copy_config", sizeof(net_copy_config_t), 0, NULL}}},
    {"client.elf",
     {{".serial_client_config", sizeof(serial_client_config_t), 0, NULL},
      {".blk_client_config", sizeof(blk_client_config_t), 0, NULL},
      {".net_client_config", sizeof(net_client_config_t), 0, NULL}}},
};

static void make(const char *directory, const char *name, const struct built_section *sections,
                 size_t count)
{
    const struct built_segment code = {
        .va = CODE_VA, .memory_size = 16, .file_size = 16, .flags = PF_R | PF_X};
    const struct elf_recipe recipe = {.entry = CODE_VA,
                                      .segments = &code,
                                      .segment_count = 1,
                                      .sections = sections,
                                      .section_count = count};
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    elf_build_file(&recipe, path);
}

void serve_program_make(const char *directory, const char *name, const char *section, size_t size,
                        unsigned type)
{
    const struct built_section only = {.name = section, .size = size, .type = type};
    make(directory, name, &only, 1);
}

void serve_programs_make(const char *directory)
{
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        size_t count = 0;
        while (count < SECTIONS_MAX && programs[i].sections[count].name != NULL) {
            count++;
        }
        make(directory, programs[i].name, programs[i].sections, count);
    }
}

void serve_programs_remove(const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, NULL, NULL);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            char path[512];
            snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
            unlink(path);
        }
        free(entries[i]);
    }
    free(entries);
    rmdir(directory);
}
