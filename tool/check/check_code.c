/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of what `drover check` knows to be wrong. docs/check.md says why each matters.
 */
#include "check_finding.h"

#include <string.h>

static const struct {
    const char *name;
    enum check_severity severity;
    const char *rule, *remedy;
} codes[CHECK_CODE_COUNT] = {
    [CHECK_NOT_WELL_FORMED] = {"C01", CHECK_ERROR, "a description is well-formed XML",
                               "close every element, quote every value, put <system> around it, or "
                               "give its macros with -D"},
    [CHECK_REGION_UNDEFINED] = {"C02", CHECK_ERROR, "a map names a memory region that there is",
                                "add a <memory_region> of that name, or correct the name"},
    [CHECK_OLD_DIALECT] =
        {"C03", CHECK_WARNING, "a virtual machine has its vCPUs inside",
         "write <virtual_machine ...><vcpu id=\"0\" /> in place of an id: Microkit 2 refuses it"},
    [CHECK_IRQ_WITHOUT_REGS] = {"C04", CHECK_ERROR,
                                "who is given a device's interrupts has its registers",
                                "map the registers as well, or leave the interrupts out"},
    [CHECK_NODE_NOT_GRANTED] = {"C05", CHECK_ERROR,
                                "what the guest's tree enables is granted to the guest",
                                "map the registers, or disable the node in the guest's tree: a "
                                "guest that probes it faults"},
    [CHECK_IRQ_MISSING] = {"C06", CHECK_WARNING,
                           "the interrupts of what the guest's tree enables are granted",
                           "add an <irq> for each, or disable the node in the guest's tree"},
    [CHECK_IRQ_SGI] = {"C07", CHECK_ERROR, "a software-generated interrupt is no device's",
                       "remove the <irq>: the VMM gives the guest all sixteen of its own"},
    [CHECK_IRQ_OF_DISABLED] = {"C08", CHECK_WARNING,
                               "an interrupt belongs to a node that is enabled",
                               "remove the <irq>, or enable the node in the guest's tree"},
    [CHECK_IRQ_TRIGGER] = {"C09", CHECK_ERROR, "the trigger of an interrupt is the tree's",
                           "write trigger=\"edge\" or trigger=\"level\" as the tree has it; "
                           "without the attribute it is level"},
    [CHECK_GIC_WINDOW] = {"C10", CHECK_WARNING,
                          "the window to the GIC's CPU interface is as large as the tree's",
                          "give the region the size of the node's registers"},
    [CHECK_NO_NODE] = {"C11", CHECK_WARNING,
                       "every part of a granted region belongs to a node of the tree",
                       "make the region end where its nodes end"},
    [CHECK_DISABLED_GRANTED] = {"C12", CHECK_WARNING, "no node that is disabled is granted",
                                "map only the pages of nodes that are enabled"},
    [CHECK_POWER] = {"C13", CHECK_WARNING, "nobody is granted what rules over others' devices",
                     "leave out what the guest does not need, and treat its owner as trusted"},
    [CHECK_MASTER] = {"C14", CHECK_WARNING, "the DMA of a granted device is confined",
                      "nothing confines it: treat its owner as trusted"},
    [CHECK_CONSOLE] =
        {"C15", CHECK_WARNING, "the console has one owner",
         "build with --config release, whose kernel does not print, or give the guest a "
         "virtio console"},
    [CHECK_MEMORY_NODE] = {"C16", CHECK_WARNING, "the guest's memory node is its RAM",
                           "have the guest's tree say the RAM that the VM has"},
    [CHECK_NUMBER] = {"C17", CHECK_ERROR, "a number is decimal or 0x hexadecimal",
                      "write the number out, or give the macro with -D"},
    [CHECK_IRQ_BEYOND] = {"C18", CHECK_ERROR, "an interrupt is one that the GIC has",
                          "take the number from the tree: an SPI of it plus 32"},
    [CHECK_IRQ_PRIVATE] = {"C19", CHECK_ERROR, "an interrupt is not private to a core",
                           "remove the <irq>: the kernel gives the guest its timers"},
    [CHECK_IRQ_WITHOUT_32] = {"C20", CHECK_ERROR,
                              "an interrupt's number is the GIC's, the tree's SPI plus 32",
                              "add 32 to the number of the tree"},
    [CHECK_IRQ_OF_NOBODY] = {"C21", CHECK_WARNING, "an interrupt is raised by a node of the tree",
                             "remove the <irq>, or correct its number"},
    [CHECK_IRQ_TWICE] = {"C22", CHECK_ERROR, "an interrupt has one owner",
                         "leave it to one of them"},
    [CHECK_KEPT] = {"C23", CHECK_ERROR, "nobody is granted what the kernel keeps",
                    "make the region smaller, or split it around these pages"},
    [CHECK_RESERVED] = {"C24", CHECK_ERROR, "a fixed region of RAM is RAM that is free",
                        "move the region, or leave phys_addr out"},
    [CHECK_TWO_OWNERS] = {"C25", CHECK_ERROR, "a device's page has one owner",
                          "leave the page to one of them, or to a PD that serves both"},
    [CHECK_ALIGNMENT] = {"C26", CHECK_ERROR, "regions and maps are whole pages",
                         "round the address down and the size up to the page size"},
    [CHECK_NOT_ONE_TO_ONE] = {"C27", CHECK_WARNING, "a guest finds a device where its tree says",
                              "map the region at its phys_addr, or change the guest's tree"},
    [CHECK_CACHED] = {"C28", CHECK_WARNING, "registers are mapped uncached",
                      "add cached=\"false\" to the map"},
    [CHECK_RAM_MOVED] = {"C29", CHECK_ERROR,
                         "the RAM of a guest whose devices do DMA is mapped 1:1",
                         "give the region a phys_addr and map it there: a device knows no GPA"},
    [CHECK_NEEDED_DISABLED] = {"C30", CHECK_WARNING,
                               "what an enabled device needs is enabled in the guest's tree",
                               "enable the node and grant it, or stand in for it with a fixed one"},
    [CHECK_GIC_WINDOW_MISSING] = {"C31", CHECK_ERROR, "a VM has the GIC's virtual CPU interface",
                                  "map the GIC's fourth register block where its second one is"},
    [CHECK_ACCEPTANCE] = {"C32", CHECK_WARNING,
                          "what a comment accepts occurs, can be accepted, and has a reason",
                          "write <!-- drover check: accept CODE: REASON -->, or remove it"},
};

const char *check_code_name(enum check_code code)
{
    return codes[code].name;
}

bool check_code_find(const char *name, enum check_code *code)
{
    for (unsigned i = 0; i < CHECK_CODE_COUNT; i++) {
        if (strcmp(name, codes[i].name) == 0) {
            *code = (enum check_code)i;
            return true;
        }
    }
    return false;
}

enum check_severity check_code_severity(enum check_code code)
{
    return codes[code].severity;
}

bool check_code_is_acceptable(enum check_code code)
{
    return codes[code].severity == CHECK_WARNING || code == CHECK_NODE_NOT_GRANTED ||
           code == CHECK_GIC_WINDOW_MISSING;
}

const char *check_code_rule(enum check_code code)
{
    return codes[code].rule;
}

const char *check_code_remedy(enum check_code code)
{
    return codes[code].remedy;
}

const char *check_severity_name(enum check_severity severity)
{
    static const char *const names[] = {"error", "warning"};
    return names[severity];
}
