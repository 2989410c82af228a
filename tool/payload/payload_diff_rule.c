/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether a difference between the tree that a boot loader left and the one it loaded matters to a
 * guest, and why. What no rule knows matters, for some driver may read it.
 */
#include "payload_diff.h"

#include <fnmatch.h>

/* The first rule that fits holds. `path` and `property` are patterns of fnmatch(3), in which '*'
 * stands for '/' as well; a rule without a property holds for the whole node, too. */
static const struct {
    const char *path;
    const char *property;
    bool matters;
    const char *reason;
} rules[] = {
    {"*/framebuffer*", NULL, true,
     "the display goes on reading that memory, which has to be kept clear"},
    {"/chosen", NULL, false, "Drover writes the guest's own /chosen"},
    {"/chosen/*", NULL, false, "Drover writes the guest's own /chosen"},
    {"/memory", NULL, true, "the board's real RAM, out of which Drover takes that of its systems"},
    {"/memory@*", NULL, true,
     "the board's real RAM, out of which Drover takes that of its systems"},
    {"/reserved-memory", NULL, true,
     "memory that firmware or a device uses, which has to be kept clear"},
    {"/reserved-memory/*", NULL, true,
     "memory that firmware or a device uses, which has to be kept clear"},
    {"/__symbols__", NULL, false, "labels, which only overlays use"},
    {"/__fixups__*", NULL, false, "labels, which only overlays use"},
    {"/__local_fixups__*", NULL, false, "labels, which only overlays use"},
    {"/", "serial-number", false, "it names this one board, and no driver needs it"},
    {"/", "name", false, "Linux makes it up"},
    {"/", "model", true, "the trees are of two boards, or of two revisions of one"},
    {"/", "compatible", true, "the trees are of two boards, or of two revisions of one"},
    {"*", "local-mac-address", true, "the guest would get another MAC address"},
    {"*", "mac-address", true, "the guest would get another MAC address"},
    {"*", "local-bd-address", true, "the guest would get another Bluetooth address"},
    {"*", "status", true, "it says whether the device is there, and so whether it can be given"},
    {"/cpus", NULL, true, "the CPUs that the firmware left running, and how they are started"},
    {"/cpus/*", NULL, true, "the CPUs that the firmware left running, and how they are started"},
    {"/psci*", NULL, true, "what the firmware offers to start CPUs and to switch off"},
    {"/firmware*", NULL, true, "a service of the firmware"},
    {"/aliases", NULL, true, "the guest numbers its devices by these names"},
    {"*", "bootph-*", false, "only the boot loader reads it"},
    {"*", "u-boot,*", false, "only the boot loader reads it"},
    {"*", "clock-frequency", true, "the boot loader measured or set that clock"},
    {"*", "*-frequency", true, "the boot loader measured or set that clock"},
    {"*", "compatible", true, "another driver would take the device"},
    {"*", "reg", true, "it says where the device is"},
    {"*", "ranges", true, "it says where the devices on that bus are"},
    {"*", "dma-ranges", true, "it says which memory the devices on that bus reach"},
    {"*", "interrupt*", true, "it says which interrupts the device has"},
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

struct diff_verdict diff_judge(const char *path, const char *name, enum diff_change change)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        bool fits =
            rules[i].property == NULL || (name != NULL && fnmatch(rules[i].property, name, 0) == 0);
        if (fits && fnmatch(rules[i].path, path, 0) == 0) {
            return (struct diff_verdict){rules[i].matters, rules[i].reason};
        }
    }
    if (name != NULL) {
        return (struct diff_verdict){true, "a driver may read it"};
    }
    return (struct diff_verdict){
        true, change == DIFF_ADDED
                  ? "something that the boot loader found or added"
                  : "something that the boot loader took away: it is not there, or "
                    "is the firmware's"};
}
