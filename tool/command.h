/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The sub-commands of `drover`: one file each, cmd_NAME.c, listed in main.c.
 */
#pragma once

#include "system.h"

#define EXIT_ERRORS 1 /* something in the input is wrong; what, has been reported */
#define EXIT_USAGE  2 /* the command line is wrong */

/*
 * Runs a sub-command. argv[0] is its name. Returns the program's exit status.
 */
int cmd_build(int argc, char **argv);
int cmd_microkit(int argc, char **argv); /* under the name `microkit` only */
int cmd_audit(int argc, char **argv);
int cmd_graph(int argc, char **argv);

/* Splits the argument of -D NAME=VALUE, in place. */
struct macro macro_parse(char *argument);
