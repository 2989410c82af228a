/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the generic VMM lacks on seL4: somebody who brings the routing table. A constructor is run
 * before init(), by Drover's libmicrokit and by the Microkit's own.
 */
#include <libvmm/platform_sel4.h>
#include <microkit.h>

__attribute__((constructor)) static void routing_table_bring(void)
{
    if (!platform_sel4_vm_info_set(drover_vm_info())) {
        microkit_dbg_puts("the routing table is refused\n");
    }
}
