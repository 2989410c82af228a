/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Plans whole systems for tests: a small board, small programs, and a description's text in; the
 * finished image out, to be asked who can reach what.
 */
#pragma once

#include "image_read.h"
#include "plan.h"

#define RW (MAP_PERM_READ | MAP_PERM_WRITE)
#define RX (MAP_PERM_READ | MAP_PERM_EXECUTE)

/* A PD called "a" with this inside; a.elf's symbols are in plan_build.c. */
#define PD(rest)                                                                                   \
    "<protection_domain name='a'><program_image path='a.elf'/>" rest "</protection_domain>"

/* ... and one with a VM. */
#define GUEST                                                                                      \
    "<memory_region name='ram' size='0x800000' phys_addr='0x41000000'/>"                           \
    "<memory_region name='gicv' size='0x1000' phys_addr='0x08040000'/>" PD(                        \
        "<irq irq='5' id='1'/><irq irq='50' id='2' trigger='edge'/>"                               \
        "<map mr='ram' vaddr='0x60000000'/>"                                                       \
        "<virtual_machine name='linux' priority='1'><vcpu id='0'/>"                                \
        "<irq irq='49' vcpu='0'/>"                                                                 \
        "<map mr='ram' vaddr='0x41000000' perms='rwx'/>"                                           \
        "<map mr='gicv' vaddr='0x08010000' cached='false'/></virtual_machine>")

/* The board: 64 MiB of RAM, so that it can be filled. */
extern const struct board plan_board;

/* Set-up and tear-down of a group: the directory with the programs. */
int plan_group_set_up(void **state);
int plan_group_tear_down(void **state);

/* Plans <system>TEXT</system>, which has to work; plan_done() frees it. */
struct image_reader plan_built(const char *text);
const struct plan *plan_current(void);
void plan_done(void);

/* Plans <system>TEXT</system>, which has to fail with an error that contains `message`. */
void plan_refused(const char *text, const char *message);
