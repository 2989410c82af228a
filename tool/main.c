/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover`: the table of its sub-commands. Under the name `microkit` it is the Microkit's tool.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "version.h"

static int cmd_help(int argc, char **argv);

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"payload", cmd_payload,
     "a guest's kernel, initrd and device tree out of a system, a disk image or packages"},
    {"initramfs", cmd_initramfs,
     "an initial RAM disk by a recipe, with a packaged kernel's modules"},
    {"compose", cmd_compose,
     "device tree + devices to give -> system description, guest trees, report"},
    {"build", cmd_build, "system description + programs + board -> image and report"},
    {"check", cmd_check, "system description + board -> what does not fit the device tree"},
    {"audit", cmd_audit,
     "image -> who can reach, interrupt and control what, proved from its bytes"},
    {"explain", cmd_explain, "address, interrupt or node -> who has it and why, in a line"},
    {"graph", cmd_graph, "the system as a picture: who shares what with whom"},
    {"help", cmd_help, "this list"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
    fputs("usage: drover COMMAND ...\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\n`drover COMMAND --help` says more; `drover --version` says which one this is.\n", out);
}

static int cmd_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    print_help(stdout);
    return EXIT_SUCCESS;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

int main(int argc, char **argv)
{
    if (argc > 0 && strcmp(base_name(argv[0]), "microkit") == 0) {
        return cmd_microkit(argc, argv);
    }
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("drover " DROVER_VERSION);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return cmd_help(0, NULL);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    fprintf(stderr, "drover: no command \"%s\"\n\n", argv[1]);
    print_help(stderr);
    return EXIT_USAGE;
}
