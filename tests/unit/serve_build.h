/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Composing serving systems in tests, out of files of VMs. They come on top of compose_build.h:
 * what is composed is `built`.
 */
#pragma once

#include "compose_build.h"

/* A board with a PL011, a PCI host bridge with ECAM, a disk and a network card. */
#define SERVE_BOARD_TEXT                                                                           \
    BOARD_TEXT("uart: serial@9000000 { compatible = \"arm,pl011\"; reg = <0 0x9000000 0 0x1000>;"  \
               " interrupts = <0 1 4>; };"                                                         \
               "pcie@10000000 { compatible = \"pci-host-ecam-generic\"; device_type = \"pci\";"    \
               " #address-cells = <3>; #size-cells = <2>; bus-range = <0 0xf>;"                    \
               " reg = <0 0x3f000000 0 0x1000000>;"                                                \
               " ranges = <0x2000000 0 0x10000000 0 0x10000000 0 0x2eff0000>; };"                  \
               "disk@9200000 { compatible = \"test,disk\"; reg = <0 0x9200000 0 0x1000>;"          \
               " interrupts = <0 200 4>; };")

/* Who serves what to whom, in most tests. */
#define SERVE_SYSTEM_TEXT                                                                          \
    "{\"console\": {\"device\": \"/serial@9000000\"}, \"vms\": ["                                  \
    "{\"name\": \"storage\", \"give\": [\"/pcie@10000000\"], \"ram\": \"64M\", \"console\": true," \
    " \"serves\": {\"block\": {}, \"network\": {}}},"                                              \
    "{\"name\": \"client\", \"ram\": \"32M\", \"console\": true,"                                  \
    " \"bootargs\": \"root=/dev/vda\","                                                            \
    " \"uses\": {\"block\": {\"from\": \"storage\", \"partition\": 1},"                            \
    "  \"network\": {\"from\": \"storage\", \"mac\": \"02:00:00:00:00:07\"}}}],"                   \
    "\"programs\": ["                                                                              \
    "{\"name\": \"reader\", \"program\": \"client.elf\", \"console\": true,"                       \
    " \"restarts\": \"storage\","                                                                  \
    " \"uses\": {\"block\": {\"from\": \"storage\", \"partition\": 4},"                            \
    "  \"network\": {\"from\": \"storage\"}}},"                                                    \
    "{\"name\": \"pinger\", \"program\": \"client.elf\", \"priority\": 7,"                         \
    " \"uses\": {\"network\": {\"from\": \"storage\"}}}]}"

/* Where the stand-ins for programs are; see serve_programs.h. */
const char *serve_build_programs(void);

/* Reads the board and the file of VMs; what is wrong with the latter fails the test. */
void serve_build_request(const char *board, const char *text);

/* The same, where the file has to be refused with that message. */
void serve_build_wrong(const char *text, const char *message);

/* Composes SERVE_SYSTEM_TEXT on SERVE_BOARD_TEXT. */
void serve_build_system(void);

/* Frees it all; a test's tear-down. */
int serve_build_free(void **state);

/* The PD of that name, which has to be there. */
size_t serve_build_pd(const char *name);

/* The configuration of a PD for a section, and that of a guest's device; each has to be there and
 * to have that size. */
const void *serve_build_config(const char *pd, const char *section, size_t size);
const struct serve_device *serve_build_device(size_t vm, uint32_t kind, size_t size);
