/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where the kernel begins, and its table of contents: check the manifest, set up the core and the
 * GIC, make the objects that the manifest names, run the most urgent one.
 */
#include "arch.h"
#include "cpu_setup.h"
#include "describe.h"
#include "domain.h"
#include "drivers/gicv2.h"
#include "irq.h"
#include "objects.h"
#include "print.h"
#include "ptimer.h"
#include "resample.h"
#include "sched.h"
#include "usage.h"
#include "vcpu_timer.h"
#include "virq.h"

/* entry.S */
_Noreturn void thread_start(struct thread *thread, struct cpu *cpu);

COLD _Noreturn void kernel_main(const struct manifest *manifest, struct cpu *cpu);

_Noreturn void kernel_main(const struct manifest *manifest, struct cpu *cpu)
{
    describe_system(manifest);
    cpu_setup(cpu);
    virq_init(gic_init(manifest->irq_lines));
    struct objects objects = objects_create(manifest, cpu);
    domain_init(cpu, manifest);
    irq_init(manifest, objects.routes, objects.pds, objects.vcpus);
    vcpu_timer_init(objects.vcpus, manifest->vcpu_count, manifest->vtimer_irq,
                    manifest->ptimer_irq);
    ptimer_init(cpu, manifest->ptimer_irq);
    usage_init(cpu);
    resample_init(manifest->gic_resample_us);
    print("drover: running\n");
    cpu->current = &objects.pds[0].thread;
    thread_start(thread_aarch64_prepare(sched_block(cpu, NULL), cpu), cpu);
}
