/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The SDK stands on its own: a copy of it in another place, with nothing else of this tree and of
 * the caller's environment, builds its examples with either compiler, and what comes out boots.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "driver_vm_machine.h"

#define SDK          BUILD_DIR "/sdk"
#define WAIT_SECONDS 60
#define BOOT_SECONDS 120

static char directory[] = "/tmp/drover-sdk-XXXXXX";

/* Runs a shell command, printed as `format` says, in the copy; what it prints is shown when it
 * fails. */
__attribute__((format(printf, 1, 2))) static bool run(const char *format, ...)
{
    char command[1024], whole[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    snprintf(whole, sizeof(whole),
             "cd %s && if ! env -i PATH=\"$PATH\" sh -c '%s' >log 2>&1; then cat log; exit 1; fi",
             directory, command);
    return system(whole) == 0 || case_fail("failed: %s", command);
}

/* Starts a machine with `image` of the copy. */
static struct machine *boot(const char *image)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, image);
    return machine_boot_virt(path, BUILD_DIR "/tests/log/sdk.console", false);
}

/* Boots `image` of the copy and waits for `text`. */
static bool boots(const char *image, const char *text)
{
    struct machine *machine = boot(image);
    bool found = machine_wait(machine, text, WAIT_SECONDS) != NULL ||
                 case_fail("%s: no \"%s\": %s", image, text, machine_reason(machine));
    machine_stop(machine);
    return found;
}

/* Builds an example of the copy with further arguments of make, and boots it. */
static bool example(const char *name, const char *arguments, const char *text)
{
    return run("make -C sdk/example/%s %s", name, arguments) &&
           run("mv sdk/example/%s/build/loader.img . && make -C sdk/example/%s clean", name,
               name) &&
           boots("loader.img", text);
}

static bool builds_with_clang(struct machine *machine)
{
    (void)machine;
    return example("hello", "TOOLCHAIN=llvm", "hello, world") &&
           example("hierarchy", "TOOLCHAIN=llvm", "bystander: my turn at last") &&
           example("passive_server", "TOOLCHAIN=llvm", "bob asks for 50, balance 10");
}

static bool builds_with_gcc(struct machine *machine)
{
    (void)machine;
    return example("hello", "TOOLCHAIN=gcc", "hello, world") &&
           example("hierarchy", "TOOLCHAIN=gcc", "bystander: my turn at last") &&
           example("passive_server", "TOOLCHAIN=gcc", "bob asks for 50, balance 10");
}

/* sDDF's way to configure its components. */
static bool section_is_patched_after_linking(struct machine *machine)
{
    (void)machine;
    return run("cp sdk/example/hello/Makefile patched/ && make -C patched MICROKIT_SDK=$PWD/sdk "
               "build/patched.elf && printf \"as it was patched\\0\" >config && "
               "llvm-objcopy --update-section .patched_config=config patched/build/patched.elf && "
               "make -C patched MICROKIT_SDK=$PWD/sdk") &&
           boots("patched/build/loader.img", "config: as it was patched\r\n");
}

/* The program switches the machine off when it has counted cycles. */
static bool cycles_are_counted_in_benchmark_only(struct machine *machine)
{
    (void)machine;
    if (!run("cp sdk/example/hello/Makefile counting/ && for config in benchmark debug; do "
             "make -C counting MICROKIT_SDK=$PWD/sdk MICROKIT_CONFIG=$config "
             "BUILD_DIR=$config || exit 1; done")) {
        return false;
    }
    struct machine *counting = boot("counting/benchmark/loader.img");
    bool is_off = machine_wait_exit(counting, WAIT_SECONDS) == 0 ||
                  case_fail("no cycles are counted: %s", machine_reason(counting));
    machine_stop(counting);
    return is_off && boots("counting/debug/loader.img", "drover: PD counting stops: exception");
}

static bool elf_image_boots(struct machine *machine)
{
    (void)machine;
    return example("hello", "MICROKIT_FLAGS=\"--image-type elf\"", "hello, world");
}

static bool every_example_builds(struct machine *machine)
{
    (void)machine;
    return run("for name in $(cd sdk/example && ls | grep -v driver_vm); do "
               "for toolchain in llvm gcc; do "
               "make -C sdk/example/$name TOOLCHAIN=$toolchain && "
               "make -C sdk/example/$name clean || exit 1; done; done");
}

/* A VMM out of the copy, by the compiler that libvmm was not built with. */
static bool driver_vm_builds_and_boots(struct machine *machine)
{
    (void)machine;
    char *linux_path = realpath(PAYLOAD_DIR "/linux/Image", NULL);
    char *initrd_path = realpath(BUILD_DIR "/guest/initramfs.cpio", NULL);
    char image[256];
    bool built = run("make -C sdk/example/driver_vm TOOLCHAIN=gcc LINUX=%s INITRD=%s", linux_path,
                     initrd_path);
    free(linux_path);
    free(initrd_path);
    if (!built) {
        return false;
    }
    char **arguments = driver_vm_arguments(DRIVER_VM_ON_DROVER, DRIVER_VM_TEST,
                                           BUILD_DIR "/tests/sdk_driver_vm.disk");
    snprintf(image, sizeof(image), "%s/sdk/example/driver_vm/build/loader.img", directory);
    for (size_t i = 0; arguments[i] != NULL; i++) {
        if (strcmp(arguments[i], "-kernel") == 0) {
            arguments[i + 1] = image;
        }
    }
    struct machine *booted =
        machine_start(BUILD_DIR "/tests/log/sdk_driver_vm.console", NULL, arguments);
    bool ready = driver_vm_wait_ready(booted, BOOT_SECONDS) > 0 ||
                 case_fail("the driver VM: %s", machine_reason(booted));
    machine_stop(booted);
    return ready;
}

/* Not booted: there is one board to boot on, and a release kernel prints nothing. */
static bool every_board_and_configuration(struct machine *machine)
{
    (void)machine;
    return run("for config in sdk/board/*/*/; do set -- $(echo $config | tr / \" \"); "
               "make -C sdk/example/hello MICROKIT_BOARD=$3 MICROKIT_CONFIG=$4 && "
               "make -C sdk/example/hello clean || exit 1; done");
}

/* What the Makefiles of the field look for, as they do. */
static bool configuration_can_be_grepped(struct machine *machine)
{
    (void)machine;
    return run("for config in sdk/board/*/*/; do "
               "test \"$(grep \"CONFIG_SEL4_ARCH  \" $config/include/kernel/gen_config.h | "
               "cut -d\" \" -f4)\" = aarch64 || exit 1; done");
}

int main(void)
{
    static const struct test_case cases[] = {
        {"clang builds examples out of a copy of the SDK", builds_with_clang},
        {"gcc builds examples out of a copy of the SDK", builds_with_gcc},
        {"a section of its own is changed after linking", section_is_patched_after_linking},
        {"cycles are counted in benchmark only", cycles_are_counted_in_benchmark_only},
        {"an ELF image boots", elf_image_boots},
        {"clang and gcc build every example", every_example_builds},
        {"gcc builds the driver VM, which boots", driver_vm_builds_and_boots},
        {"hello builds for every board and configuration", every_board_and_configuration},
        {"gen_config.h has the one line that Makefiles look for", configuration_can_be_grepped},
    };
    char command[256];
    if (mkdtemp(directory) == NULL) {
        perror(directory);
        return EXIT_FAILURE;
    }
    snprintf(command, sizeof(command), "cp -R %s tests/sdk/patched tests/sdk/counting %s", SDK,
             directory);
    int status = system(command) != 0 ? EXIT_FAILURE
                                      : cases_run(NULL, cases, sizeof(cases) / sizeof(cases[0]));
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    return system(command) != 0 ? EXIT_FAILURE : status;
}
