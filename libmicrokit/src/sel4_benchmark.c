/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * seL4's names for the kernel's account of who used the processor.
 */
#include <sel4/benchmark.h>

#include "capability.h"

static enum drover_error benchmark_call(uint64_t op, seL4_Word tcb)
{
    if (!capability_is(tcb, BASE_TCB_CAP)) {
        return DROVER_ERR_CHILD;
    }
    return (enum drover_error)DROVER_SYSCALL(SYS_BENCHMARK, op, capability_id(tcb), 0).x0;
}

seL4_Error seL4_BenchmarkResetLog(void)
{
    return microkit_sel4_error(benchmark_call(BENCHMARK_RESET, TCB_CAP));
}

seL4_Word seL4_BenchmarkFinalizeLog(void)
{
    return 0;
}

seL4_Error seL4_BenchmarkSetLogBuffer(seL4_Word frame)
{
    (void)frame;
    return seL4_IllegalOperation;
}

void seL4_BenchmarkGetThreadUtilisation(seL4_Word tcb)
{
    if (benchmark_call(BENCHMARK_READ, tcb) == DROVER_OK) {
        return;
    }
    /* The caller cannot be told; what it reads should not be somebody else's. */
    for (unsigned i = 0; i < BENCHMARK_WORD_COUNT; i++) {
        drover_message_page()->mr[i] = 0;
    }
}

void seL4_BenchmarkResetThreadUtilisation(seL4_Word tcb)
{
    benchmark_call(BENCHMARK_RESET_PD, tcb);
}
