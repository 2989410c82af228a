/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a protection domain: constructors, init(), then one wait after another, each
 * answered by one of the program's entry points.
 */
#include <microkit.h>

#include "internal.h"
#include "vcpu.h"

char microkit_name[MICROKIT_PD_NAME_LENGTH] __attribute__((section(".data")));
bool microkit_passive __attribute__((section(".data")));
uint64_t microkit_irqs __attribute__((section(".data")));
uint64_t microkit_notifications __attribute__((section(".data")));
uint64_t microkit_pps __attribute__((section(".data")));
uint64_t microkit_ioports __attribute__((section(".data")));
bool microkit_have_signal;
uint64_t microkit_signal_cap;
microkit_msginfo microkit_signal_msg;

/* Linked only into VMMs that want their faults translated. */
#pragma weak microkit_vcpu_fault_deliver

typedef void constructor(void);
extern constructor *const __init_array_start[];
extern constructor *const __init_array_end[];

__attribute__((weak)) microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)msginfo;
    microkit_failed("no protected() in this PD, called on channel ", ch);
    return 0;
}

__attribute__((weak)) bool fault(microkit_child child, microkit_msginfo msginfo,
                                 microkit_msginfo *reply_msginfo)
{
    (void)msginfo;
    (void)reply_msginfo;
    microkit_failed("no fault() in this PD, needed for child ", child);
    return false;
}

static void notifications_handle(uint64_t channels)
{
    while (channels != 0) {
        unsigned ch = (unsigned)__builtin_ctzll(channels);
        channels &= channels - 1;
        notified(ch);
    }
}

/* Takes the deferred action for a wait; the next entry starts anew. */
static uint64_t deferred_take(void)
{
    if (!microkit_have_signal) {
        return DEFERRED_NONE;
    }
    microkit_have_signal = false;
    return microkit_signal_cap;
}

/* Only the faults of a vCPU carry no message. */
static bool child_fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply)
{
    if (microkit_vcpu_fault_deliver != NULL && MSGINFO_COUNT(msginfo) == 0) {
        return microkit_vcpu_fault_deliver(child, msginfo, reply);
    }
    return fault(child, msginfo, reply);
}

static _Noreturn void events_handle(void)
{
    bool reply = false;
    microkit_msginfo reply_info = 0;

    for (;;) {
        microkit_text_flush();
        struct drover_result event =
            reply ? DROVER_SYSCALL(SYS_REPLY_WAIT, deferred_take(), reply_info, 0)
                  : DROVER_SYSCALL(SYS_WAIT, deferred_take(), 0, 0);
        unsigned id = event.x0 & EVENT_ID_MASK;
        if (event.x0 >= EVENT_FAULT) {
            reply_info = 0;
            reply = child_fault(id, event.x1, &reply_info);
        } else if (event.x0 >= EVENT_CALL) {
            reply_info = protected(id, event.x1);
            reply = true;
        } else {
            notifications_handle(event.x0);
            reply = false;
        }
    }
}

_Noreturn void microkit_main(void)
{
    microkit_have_signal = false; /* a restart finds what was there before */
    microkit_text_flush();
    for (constructor *const *c = __init_array_start; c < __init_array_end; c++) {
        (*c)();
    }
    init();
    events_handle();
}
