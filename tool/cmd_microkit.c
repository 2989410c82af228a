/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `microkit`: `drover build` with the command line of the Microkit's tool. What that has and Drover
 * does not is taken out of it here, and never without a word; and its --search-path takes several
 * directories.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"

/* An option of the Microkit's alone; each has one argument. */
struct foreign_option {
    const char *name;
    const char *answer; /* printed after its name */
    bool refused;
};

static const struct foreign_option foreign_options[] = {
    {"--capdl-json",
     "not written: Drover has no capDL; the report says who may reach what, and the image can be "
     "audited",
     false},
    {"--viper-output", "nothing written there: Drover prints no Viper", false},
    {"--override-kernel",
     "Drover's kernel is part of its SDK: point MICROKIT_SDK to an SDK with another one", true},
};

/* The foreign option that `argument` is or begins, as NAME or NAME=VALUE; NULL if none. */
static const struct foreign_option *foreign_find(const char *argument)
{
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < sizeof(foreign_options) / sizeof(foreign_options[0]); i++) {
        const struct foreign_option *option = &foreign_options[i];
        if (strlen(option->name) == length && strncmp(argument, option->name, length) == 0) {
            return option;
        }
    }
    return NULL;
}

/* Answers the foreign option at argv[i] and returns how many arguments it takes, 0 on a mistake. */
static int foreign_take(const struct foreign_option *option, char **argv, int i)
{
    const char *equals = strchr(argv[i], '=');
    const char *value = equals != NULL ? equals + 1 : argv[i + 1];
    if (value == NULL) {
        fprintf(stderr, "microkit: %s lacks its argument\n", option->name);
        return 0;
    }
    fprintf(stderr, "microkit: %s %s: %s\n", option->name, value, option->answer);
    if (option->refused) {
        return 0;
    }
    return equals != NULL ? 1 : 2;
}

/* Copies `--search-path DIR DIR...` at argv[i] to `kept` with the option's name before each
 * directory. Returns how many arguments it takes, 0 on a mistake. */
static int search_path_take(char **argv, int i, char **kept, int *kept_count)
{
    int taken = 1;
    for (; argv[i + taken] != NULL && argv[i + taken][0] != '-'; taken++) {
        kept[(*kept_count)++] = argv[i];
        kept[(*kept_count)++] = argv[i + taken];
    }
    if (taken == 1) {
        fprintf(stderr, "microkit: %s lacks its argument\n", argv[i]);
        return 0;
    }
    return taken;
}

int cmd_microkit(int argc, char **argv)
{
    static char name[] = "microkit";
    char **kept = alloc_array(2 * (size_t)argc + 1, sizeof(*kept));
    int kept_count = 1;
    int status = EXIT_SUCCESS;
    kept[0] = name;
    for (int i = 1; i < argc && status == EXIT_SUCCESS;) {
        const struct foreign_option *option = foreign_find(argv[i]);
        int taken = 1;
        if (option != NULL) {
            taken = foreign_take(option, argv, i);
        } else if (strcmp(argv[i], "--search-path") == 0) {
            taken = search_path_take(argv, i, kept, &kept_count);
        } else {
            kept[kept_count++] = argv[i];
        }
        status = taken == 0 ? EXIT_USAGE : EXIT_SUCCESS;
        i += taken;
    }
    if (status == EXIT_SUCCESS) {
        status = cmd_build(kept_count, kept);
    }
    free(kept);
    return status;
}
