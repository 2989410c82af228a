/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * seL4's calls on the use of the processor, which only a kernel of the configuration `benchmark`
 * answers: sel4/sel4.h includes this file there alone. They count in cycles of the performance
 * monitor.
 */
#pragma once

#include <sel4/types.h>

/* Begins the core's account anew, and that of the time in which nobody runs. */
seL4_Error seL4_BenchmarkResetLog(void);

/* Nothing to do, returns 0: each read gives the account of its own moment. seL4's ends here. */
seL4_Word seL4_BenchmarkFinalizeLog(void);

/* Always seL4_IllegalOperation: the kernel keeps accounts, and no log. */
seL4_Error seL4_BenchmarkSetLogBuffer(seL4_Word frame);

/* Writes the account of a PD and of the core to the message registers, as
 * sel4/benchmark_utilisation_types.h orders them. `tcb` is TCB_CAP, BASE_TCB_CAP + child, or a
 * <cspace>'s slot with a <cap_tcb>; of any other all are 0. */
void seL4_BenchmarkGetThreadUtilisation(seL4_Word tcb);

/* Begins the account of a PD anew; with any other `tcb` nothing happens. */
void seL4_BenchmarkResetThreadUtilisation(seL4_Word tcb);
