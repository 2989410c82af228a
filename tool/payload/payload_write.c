/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes a payload's directory.
 */
#include "payload.h"

#include <stdlib.h>
#include <string.h>

#include "outdir.h"
#include "payload_files.h"

static bool is_ours(const char *name)
{
    static const char *const names[] = {PAYLOAD_IMAGE, PAYLOAD_INITRD, PAYLOAD_TREE, PAYLOAD_FACTS};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void put(struct outdir *outdir, const char *name, const struct payload_bytes *file)
{
    if (file->bytes != NULL) {
        outdir_put(outdir, name, file->bytes, file->size);
    }
}

bool payload_write_check(const char *path)
{
    return outdir_check(path, PAYLOAD_FACTS, is_ours);
}

bool payload_write(const struct payload *payload, const char *path)
{
    struct outdir outdir;
    bool is_open = outdir_open(&outdir, path, PAYLOAD_FACTS, is_ours);
    if (is_open) {
        char *facts = payload_json(payload);
        put(&outdir, PAYLOAD_IMAGE, &payload->kernel.image);
        put(&outdir, PAYLOAD_INITRD, &payload->initrd.file);
        put(&outdir, PAYLOAD_TREE, &payload->tree.fdt);
        outdir_put(&outdir, PAYLOAD_FACTS, facts, strlen(facts));
        free(facts);
    }
    return outdir_close(&outdir, is_open);
}
