/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A parent that prints the faults of its child, word by word, and puts them right: by registers in
 * the reply, by registers written to the child, or by starting it anew.
 */
#include <microkit.h>

#define CHILD      3
#define TO_CHILD   0
#define FROM_IDLER 1

static void number_print(uint64_t value)
{
    microkit_dbg_puts(" ");
    microkit_dbg_put32((uint32_t)value);
}

static void words_print(uint64_t label, uint64_t count)
{
    microkit_dbg_puts("parent: fault");
    number_print(label);
    for (uint8_t i = 0; i < count; i++) {
        number_print(microkit_mr_get(i));
    }
    microkit_dbg_puts("\n");
}

/* The child goes on behind its instruction, by registers that are read and written. */
static void child_step(void)
{
    struct pd_registers *registers = (struct pd_registers *)drover_message_page()->mr;

    DROVER_SYSCALL(SYS_PD_READ, CHILD, 0, sizeof *registers / 8);
    registers->pc += 4;
    DROVER_SYSCALL(SYS_PD_WRITE, CHILD, PD_REGISTERS_RESUME, 1);
}

bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply)
{
    uint64_t label = microkit_msginfo_get_label(msginfo);

    words_print(label, microkit_msginfo_get_count(msginfo));
    switch (label) {
    case FAULT_UNKNOWN_SYSCALL:
        microkit_mr_set(0, 42);
        microkit_mr_set(8, microkit_mr_get(8) + 4);
        *reply = microkit_msginfo_new(0, 9);
        return true;
    case FAULT_USER_EXCEPTION:
        child_step();
        return false;
    default:
        microkit_pd_restart(child, PD_IMAGE_VA);
        return false;
    }
}

void init(void)
{
}

/* The child waits, and so does everybody. What it is sent while it is stopped, it finds later. */
void notified(microkit_channel ch)
{
    (void)ch;
    microkit_pd_stop(CHILD);
    microkit_notify(TO_CHILD);
    microkit_dbg_puts("parent: the child is stopped\n");
    microkit_notify(FROM_IDLER);
    microkit_pd_resume(CHILD);
    microkit_dbg_puts("parent: the child goes on\n");
}
