/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the sub-commands share of their command lines.
 */
#include "command.h"

#include <string.h>

struct macro macro_parse(char *argument)
{
    char *equals = strchr(argument, '=');
    if (equals == NULL) {
        return (struct macro){.name = argument, .value = ""};
    }
    *equals = '\0';
    return (struct macro){.name = argument, .value = equals + 1};
}
