/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether the parts of a payload fit each other. A kernel loads modules of its own version only:
 * with another one's it starts, finds no disk and no network, and says little about why.
 */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "diag.h"

#define SHOWN_MAX 4

/* Reports a disagreement; as a warning, if that is what was asked for. Returns `force`. */
static bool disagree(bool force, char *message)
{
    if (force) {
        diag_warning(NULL, "%s", message);
    } else {
        diag_error(NULL, "%s (--force takes them as they are)", message);
    }
    free(message);
    return force;
}

static bool agree_with_root(const struct payload *payload, bool force)
{
    const struct payload_kernel *kernel = &payload->kernel;
    if (payload->modules.count == 0 || payload_names_has(&payload->modules, kernel->version)) {
        return true;
    }
    char *others = payload_names_join(&payload->modules, SHOWN_MAX);
    char *message = payload_text(
        "the kernel is %s (%s), and lib/modules has %s: none of these modules would load, so that "
        "the guest would find no disk and no network; take the kernel that belongs to the modules, "
        "or install the modules of %s",
        kernel->version, kernel->from, others, kernel->version);
    free(others);
    return disagree(force, message);
}

static bool agree_with_initrd(const struct payload *payload, bool force)
{
    const struct payload_kernel *kernel = &payload->kernel;
    const struct payload_initrd *initrd = &payload->initrd;
    if (initrd->modules.count == 0 || payload_names_has(&initrd->modules, kernel->version)) {
        return true;
    }
    char *others = payload_names_join(&initrd->modules, SHOWN_MAX);
    char *message = payload_text(
        "the kernel is %s (%s), and the initrd %s has the modules of %s: none of them would load, "
        "so that the guest would find no disk; take the initrd that belongs to the kernel, or make "
        "it (update-initramfs -c -k %s)",
        kernel->version, kernel->from, initrd->from, others, kernel->version);
    free(others);
    return disagree(force, message);
}

/* Whether the initrd's first module is of a kernel that the initrd has beside ours. */
static bool is_of_other_kernel(const struct payload_initrd *initrd, const char *version)
{
    char *directory = payload_text("/%s/", version);
    bool is_other =
        payload_names_has(&initrd->modules, version) && strstr(initrd->module, directory) == NULL;
    free(directory);
    return is_other;
}

static bool agree_with_vermagic(const struct payload *payload, bool force)
{
    const struct payload_kernel *kernel = &payload->kernel;
    const struct payload_initrd *initrd = &payload->initrd;
    if (initrd->vermagic == NULL || strcmp(initrd->vermagic, kernel->version) == 0 ||
        is_of_other_kernel(initrd, kernel->version)) {
        return true;
    }
    return disagree(
        force, payload_text("the kernel is %s (%s), and the module %s in the initrd %s was built "
                            "for %s: it would not load, so that the guest would find no disk; "
                            "make the initrd again with the kernel's own modules",
                            kernel->version, kernel->from, initrd->module, initrd->from,
                            initrd->vermagic));
}

bool payload_agree(const struct payload *payload, bool force)
{
    if (payload->kernel.version == NULL) {
        diag_warning(NULL,
                     "%s: no \"Linux version ...\" in the kernel: whether modules are of its "
                     "version cannot be told",
                     payload->kernel.from);
        return true;
    }
    bool agreed = agree_with_root(payload, force);
    if (payload->initrd.file.bytes != NULL) {
        agreed = agree_with_initrd(payload, force) && agreed;
        agreed = agree_with_vermagic(payload, force) && agreed;
    }
    return agreed;
}
