/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Composing in tests, for a small board written as text.
 */
#pragma once

#include "compose.h"

/* What every board of the tests has: 1 GiB of RAM at 0x40000000, a GIC-400 at 0x8000000, timers,
 * PSCI. `more` are further nodes; aliases are for dtc. */
#define BOARD_TEXT(more) BOARD_TEXT_WITH("", more)
#define BOARD_TEXT_WITH(root, more)                                                                \
    "/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;"                      \
    "compatible = \"test,board\";" root                                                            \
    "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };" GIC_V2     \
    "timer { compatible = \"arm,armv8-timer\";"                                                    \
    " interrupts = <1 13 4>, <1 14 4>, <1 11 4>, <1 10 4>; };"                                     \
    "psci { compatible = \"arm,psci-1.0\"; method = \"smc\"; };" more "};"
#define GIC_V2                                                                                     \
    "gic: gic@8000000 { compatible = \"arm,gic-400\"; interrupt-controller;"                       \
    " #interrupt-cells = <3>; #address-cells = <2>; #size-cells = <2>; ranges;"                    \
    " interrupts = <1 9 4>; reg = <0 0x8000000 0 0x1000>, <0 0x8010000 0 0x2000>,"                 \
    " <0 0x8030000 0 0x2000>, <0 0x8040000 0 0x2000>;"                                             \
    " frame@8050000 { compatible = \"arm,gic-v2m-frame\"; msi-controller;"                         \
    "  reg = <0 0x8050000 0 0x1000>; }; };"

#define CLOCK_TEXT                                                                                 \
    "clk: clock-controller@9100000 { compatible = \"test,clk\"; #clock-cells = <1>;"               \
    " reg = <0 0x9100000 0 0x1000>; };"
#define UART_TEXT                                                                                  \
    "uart: serial@9000000 { compatible = \"test,uart\"; reg = <0 0x9000000 0 0x1000>;"             \
    " interrupts = <0 1 4>; clocks = <&clk 3>; clock-names = \"pclk\"; };"

/* A run, with what it needs. */
extern struct devtree built_devtree;
extern struct board built_board;
extern struct compose_request built_request;
extern struct compose built;

/* Reads the board that `text` describes, with `facts` or NULL; begins a request for one VM,
 * "linux", with 64 MiB and a small payload. */
void compose_build_board(const char *text, const char *facts);

/* The directory of the small payload; made if need be. */
const char *compose_build_payload(void);

/* Adds a VM; VM 0 is there. Returns it. */
struct vm_request *compose_build_vm(const char *name);

/* Asks for a node; the list has to be one of the VM's. */
void compose_build_ask(struct names_asked *names, const char *name);

/* Composes; a failure that is not expected fails the test, and so does a success. */
void compose_build_run(void);
void compose_build_refused(const char *text);

/* Frees it all; a test's tear-down. */
int compose_build_free(void **state);

/* Whether VM `vm` has the node at `path`, and why: `why` of compose_why_text(). */
void check_granted(size_t vm, const char *path, const char *why);
void check_not_granted(size_t vm, const char *path);

/* A property in the guest's tree: NULL if it, or its node, is not there. */
const void *guest_property(size_t vm, const char *path, const char *name, int *length);
bool guest_enabled(size_t vm, const char *path);
