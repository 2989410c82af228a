/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The bench's interrupt path; see dispatch.h.
 */
#include <stddef.h>

#include "dispatch.h"
#include "gic.h"

#define HANDLER_MAX 64

static handler *handlers[HANDLER_MAX];

static void dispatch(uint64_t stamp)
{
    uint32_t iar = gicc_read(GICC_IAR);
    uint32_t intid = iar & GIC_INTID_MASK;
    if (intid < HANDLER_MAX && handlers[intid]) {
        handlers[intid](stamp);
    }
    if (intid != GIC_SPURIOUS) {
        gicc_write(GICC_EOIR, iar);
    }
}

void dispatch_bind(uint32_t intid, handler *function)
{
    if (intid >= HANDLER_MAX) {
        platform_die("an interrupt beyond the bench's table");
    }
    handlers[intid] = function;
    irq_hook = dispatch;
    gic_enable(intid);
}

void dispatch_unbind(uint32_t intid)
{
    gic_disable(intid);
    handlers[intid] = NULL;
}
