/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover audit` from its command line: exit statuses, the text, and the keys of the JSON object
 * that docs/audit.md promises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>
#include <json-c/json.h>

#define EXAMPLE  BUILD_DIR "/examples/hierarchy/qemu_virt_aarch64"
#define IMAGE    EXAMPLE "/hierarchy.img"
#define DAMAGED  BUILD_DIR "/tests/audit-damaged.img"
#define AUDIT    "DROVER_SDK=" BUILD_DIR "/sdk " BUILD_DIR "/drover audit "
#define BOARD    " --board qemu_virt_aarch64"
#define DESCRIBE " --system examples/hierarchy/hierarchy.system --search-path " EXAMPLE

static char output[1 << 18];

/* Runs a shell command; keeps what it says on both channels. Returns its exit status. */
static int run(const char *command)
{
    char whole[1024];
    snprintf(whole, sizeof(whole), "(%s) 2>&1", command);
    FILE *pipe = popen(whole, "r");
    assert_non_null(pipe);
    size_t length = fread(output, 1, sizeof(output) - 1, pipe);
    output[length] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect(const char *command, int status, const char *text)
{
    int got = run(command);
    if (got != status || strstr(output, text) == NULL) {
        fail_msg("%s: exit %d, said: %s", command, got, output);
    }
}

/* Copies the image with the byte at `offset` from its end changed. */
static void damage(long offset)
{
    assert_int_equal(run("cp " IMAGE " " DAMAGED), 0);
    FILE *file = fopen(DAMAGED, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, -offset, SEEK_END), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, -offset, SEEK_END), 0);
    assert_int_not_equal(fputc(byte ^ 0x10, file), EOF);
    assert_int_equal(fclose(file), 0);
}

static void good_image(void **state)
{
    (void)state;
    expect(AUDIT IMAGE BOARD DESCRIBE, 0, "Findings\n    none\n");
    expect(AUDIT IMAGE BOARD, 0, "child 2 of \"supervisor\", which controls it");
}

/* vmm.elf without a word about where it is: build and audit find it in the SDK, behind all else. */
static void program_of_the_sdk(void **state)
{
    (void)state;
    static const char system[] = BUILD_DIR "/tests/audit-sdk/a.system";
    static const char build[] = "DROVER_SDK=" BUILD_DIR "/sdk " BUILD_DIR "/drover build ";
    static const char output_to[] = BOARD " -o " DAMAGED " -r " DAMAGED ".txt";
    char command[1024], audit[1024];
    assert_int_equal(run("rm -rf " BUILD_DIR "/tests/audit-sdk && mkdir -p " BUILD_DIR
                         "/tests/audit-sdk/other && printf '<system><protection_domain "
                         "name=\"a\"><program_image path=\"vmm.elf\"/></protection_domain>"
                         "</system>' >" BUILD_DIR "/tests/audit-sdk/a.system"),
                     0);
    snprintf(command, sizeof(command), "%s%s%s", build, system, output_to);
    snprintf(audit, sizeof(audit), AUDIT DAMAGED BOARD " --system %s", system);
    expect(command, 0, "");
    expect(audit, 0, "Findings\n    none\n");
    /* Another configuration has another vmm.elf. */
    strcat(audit, " --config release");
    expect(audit, 1, "release/elf/vmm.elf\" are different");
    /* The user's own comes first: beside the description. */
    assert_int_equal(run("cp " EXAMPLE "/supervisor.elf " BUILD_DIR "/tests/audit-sdk/vmm.elf"), 0);
    snprintf(audit, sizeof(audit), AUDIT DAMAGED BOARD " --system %s", system);
    expect(audit, 1, "tests/audit-sdk/vmm.elf\" are different");
    expect(command, 0, "");
    expect(audit, 0, "Findings\n    none\n");
    remove(DAMAGED);
}

/* What the SDK has for programs is nothing to prefill memory with. */
static void prefill_file_is_not_of_the_sdk(void **state)
{
    (void)state;
    assert_int_equal(run("printf '<system><memory_region name=\"m\" prefill_path=\"vmm.elf\"/>"
                         "<protection_domain name=\"a\"><program_image path=\"vmm.elf\"/>"
                         "</protection_domain></system>' >" BUILD_DIR
                         "/tests/audit-sdk/other/b.system"),
                     0);
    expect("DROVER_SDK=" BUILD_DIR "/sdk " BUILD_DIR "/drover build " BUILD_DIR
           "/tests/audit-sdk/other/b.system" BOARD " -o " DAMAGED " -r " DAMAGED ".txt",
           1, "\"vmm.elf\" not found in the working directory or beside the description;");
}

/* The image in what a boot loader wants around it. */
static void wrapped_image(void **state)
{
    (void)state;
    static const char *const types[] = {"elf", "uimage"};
    char command[1024];
    for (size_t i = 0; i < 2; i++) {
        snprintf(command, sizeof(command),
                 "DROVER_SDK=%s/sdk %s/drover build examples/hierarchy/hierarchy.system" BOARD
                 " --search-path " EXAMPLE " --image-type %s -o " DAMAGED " -r " DAMAGED ".txt",
                 BUILD_DIR, BUILD_DIR, types[i]);
        assert_int_equal(run(command), 0);
        expect(AUDIT DAMAGED BOARD DESCRIBE, 0, "Findings\n    none\n");
        assert_int_equal(run("printf x >>" DAMAGED), 0);
        expect(AUDIT DAMAGED BOARD DESCRIBE, 2, "not an image that can be audited");
    }
    remove(DAMAGED);
}

static void findings(void **state)
{
    (void)state;
    damage(1);
    expect(AUDIT DAMAGED BOARD DESCRIBE, 1, "A02 is the rule: every descriptor means");
    expect(AUDIT IMAGE BOARD " --config release", 1, "A20");
    expect(AUDIT IMAGE BOARD " --system examples/hello/hello.system --search-path " BUILD_DIR
                             "/examples/hello/qemu_virt_aarch64",
           1, "the image has 3 PDs, the description 1");
    expect(AUDIT BUILD_DIR "/examples/hello/odroidc4/hello.img" BOARD, 1, "A17");
    remove(DAMAGED);
}

static void unreadable(void **state)
{
    (void)state;
    expect(AUDIT "/nonexistent" BOARD, 2, "/nonexistent");
    expect(AUDIT "Makefile" BOARD, 2, "not an image that can be audited");
    expect(AUDIT IMAGE " --board nowhere", 2, "no board \"nowhere\"");
    expect(AUDIT IMAGE BOARD " --system examples/hierarchy/hierarchy.system", 2, "not found");
    expect(AUDIT IMAGE BOARD " --system Makefile", 2, "Makefile");
}

static void wrong_usage(void **state)
{
    (void)state;
    expect(AUDIT, 2, "no image given");
    expect(AUDIT IMAGE, 2, "--board is missing");
    expect(AUDIT "a b" BOARD, 2, "more than one image");
    expect(AUDIT "--jsn", 2, "drover audit: unrecognized option '--jsn'");
    expect(AUDIT "--help", 0, "--system FILE");
}

static void json_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"board",    "image_pa", "image_size",   "described",
                                       "pds",      "vms",      "kernel",       "loader",
                                       "shared",   "channels", "interrupts",   "slots",
                                       "schedule", "findings", "finding_count"};
    static const char *const mapping_keys[] = {"va", "pa", "size", "rights", "memory", "what"};
    assert_int_equal(run(AUDIT IMAGE BOARD DESCRIBE " --json"), 0);
    json_object *root = json_tokener_parse(output);
    assert_non_null(root);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_true(json_object_object_get_ex(root, keys[i], NULL));
    }
    json_object *pds = json_object_object_get(root, "pds");
    assert_int_equal(json_object_array_length(pds), 3);
    json_object *pd = json_object_array_get_idx(pds, 1);
    assert_string_equal(json_object_get_string(json_object_object_get(pd, "name")), "worker");
    assert_string_equal(json_object_get_string(json_object_object_get(pd, "parent")), "supervisor");
    json_object *mapping = json_object_array_get_idx(json_object_object_get(pd, "mappings"), 0);
    for (size_t i = 0; i < sizeof(mapping_keys) / sizeof(mapping_keys[0]); i++) {
        assert_true(json_object_object_get_ex(mapping, mapping_keys[i], NULL));
    }
    assert_int_equal(json_object_get_int64(json_object_object_get(mapping, "va")), 0x200000);
    assert_string_equal(json_object_get_string(json_object_object_get(mapping, "rights")), "r-x");
    json_object_put(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_image),
        cmocka_unit_test(program_of_the_sdk),
        cmocka_unit_test(prefill_file_is_not_of_the_sdk),
        cmocka_unit_test(wrapped_image),
        cmocka_unit_test(findings),
        cmocka_unit_test(unreadable),
        cmocka_unit_test(wrong_usage),
        cmocka_unit_test(json_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
