/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The archive: what is in it as libarchive reads it back, the same bytes from the same input, and
 * where its files come from; and the command line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "build.h"
#include "diag_capture.h"
#include "initramfs.h"
#include "module_build.h"

#define TOOL  BUILD_DIR "/drover initramfs "
#define TESTS BUILD_DIR "/tests/payload/"
#define ROOT  TESTS "archive"
#define OUT   TESTS "archive/out.cpio"

/* The least that dpkg-deb takes. */
#define CONTROL                                                                                    \
    "Package: two\nVersion: 1\nArchitecture: arm64\nMaintainer: nobody <nobody@invalid>\n"         \
    "Description: a test\n"

static void put_text(const char *path, const char *text)
{
    build_file(ROOT, path, text, strlen(text));
}

/* Makes the archive of ROOT/recipe, with what else `request` says. */
static bool make(struct initramfs_request request)
{
    request.recipe = ROOT "/recipe";
    request.search.description_path = request.recipe;
    request.output = request.output == NULL ? OUT : request.output;
    diag_capture_reset();
    return initramfs_make(&request);
}

static void makes(struct initramfs_request request)
{
    if (!make(request)) {
        fail_msg("%s", diag_captured());
    }
}

/* It fails with that message, and writes nothing. */
static void makes_not(struct initramfs_request request, const char *message)
{
    unlink(OUT);
    if (make(request) || !diag_captured_at(message)) {
        fail_msg("%s", diag_captured());
    }
    assert_int_not_equal(access(OUT, F_OK), 0);
}

/* What the archive has, a line an entry: path, type and mode, uid, gid, time, target or the
 * contents' beginning. */
static const char *listing(void)
{
    static char text[8192];
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    size_t length = 0;
    archive_read_support_format_cpio(archive);
    assert_int_equal(archive_read_open_filename(archive, OUT, 512), ARCHIVE_OK);
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        char contents[256] = "";
        const char *link = archive_entry_symlink(entry);
        assert_true(archive_read_data(archive, contents, sizeof(contents) - 1) >= 0);
        assert_int_equal(archive_entry_nlink(entry), 1);
        length +=
            (size_t)snprintf(text + length, sizeof(text) - length, "%s %o %u %u %lld %s\n",
                             archive_entry_pathname(entry), archive_entry_mode(entry),
                             (unsigned)archive_entry_uid(entry), (unsigned)archive_entry_gid(entry),
                             (long long)archive_entry_mtime(entry), link != NULL ? link : contents);
    }
    archive_read_free(archive);
    return text;
}

static void entries(void **state)
{
    (void)state;
    build_directory("archive");
    put_text("init", "#!/bin/sh");
    put_text("empty", "");
    put_text("recipe", ". type=dir\n"
                       "./bin type=dir mode=01700 uid=4294967295 gid=5 time=4294967295\n"
                       "./bin/sh type=link link=b/../c\n"
                       "./init type=file contents=init\n"
                       "./\303\251 type=file contents=empty mode=0 time=1\n");
    makes((struct initramfs_request){0});
    assert_string_equal(listing(), ". 40755 0 0 0 \n"
                                   "bin 41700 4294967295 5 4294967295 \n"
                                   "bin/sh 120755 0 0 0 b/../c\n"
                                   "init 100755 0 0 0 #!/bin/sh\n"
                                   "\303\251 100000 0 0 1 \n");
    /* The format's own words (buffer-format.rst): magic, and its last file. */
    assert_int_equal(build_run("head -c 6 " OUT " && grep -c 'TRAILER!!!' " OUT), 0);
    assert_string_equal(build_output, "0707011\n");
    /* Again, at another time and with other inodes. */
    assert_int_equal(
        build_run("cp " OUT " " ROOT "/first && cd " ROOT
                  " && touch -d 2001-01-01 init && mv empty e && echo >x && mv e empty "
                  "&& chmod 600 init"),
        0);
    makes((struct initramfs_request){0});
    assert_int_equal(build_run("cmp " OUT " " ROOT "/first"), 0);
}

/* Beside the recipe, or where --search-path says before that; not where one happens to be. */
static void places(void **state)
{
    (void)state;
    const char *const directories[] = {ROOT "/none", ROOT "/other"};
    const struct initramfs_request request = {
        .search = {.directories = directories, .directory_count = 2}};
    build_directory("archive");
    put_text("recipe", "./a type=file contents=a\n");
    put_text("a", "beside");
    makes((struct initramfs_request){0});
    assert_non_null(strstr(listing(), "beside"));
    put_text("other/a", "other");
    makes(request);
    assert_non_null(strstr(listing(), "other"));
    /* Called from where there is another one. */
    assert_int_equal(build_run("tool=$(realpath " BUILD_DIR "/drover) && cd " ROOT
                               "/other && $tool initramfs ../recipe -o ../out.cpio"),
                     0);
    assert_non_null(strstr(listing(), "beside"));
    assert_int_equal(build_run("tool=$(realpath " BUILD_DIR "/drover) && cd " ROOT
                               " && $tool initramfs recipe -o out.cpio"),
                     0);
    assert_non_null(strstr(listing(), "beside"));
    assert_int_equal(build_run("rm " ROOT "/a " ROOT "/other/a"), 0);
    makes_not(request, "recipe:1: file \"a\" not found in \"" ROOT "/none\", in \"" ROOT
                       "/other\", beside \"" ROOT "/recipe\"; name its directory with");
}

static void no_contents(void **state)
{
    (void)state;
    build_directory("archive");
    put_text("recipe", "\n./a type=file contents=.\n./b type=file contents=/nowhere/b\n"
                       "./c type=file contents=deb:c\n./d type=file contents=huge\n"
                       "./e type=file contents=huge\n");
    assert_int_equal(build_run("truncate -s 1025M " ROOT "/huge"), 0);
    makes_not((struct initramfs_request){0}, "recipe:2: cannot read \"");
    assert_true(diag_captured_at("recipe:3: cannot open \"/nowhere/b\": No such file"));
    assert_true(diag_captured_at("recipe:4: contents=deb:c: no package was given; name one with"));
    assert_true(diag_captured_at("recipe:5: \"d\" has 1074790400 bytes, with which the archive has "
                                 "more than 1024 MiB"));
    assert_int_equal(diag_error_count(), 4); /* what is full is full */
    /* A directory, and none, for the output. */
    put_text("recipe", "./a type=dir\n");
    assert_false(make((struct initramfs_request){.output = ROOT}));
    assert_true(diag_captured_error("cannot write \"" ROOT "\": Is a directory"));
    assert_false(make((struct initramfs_request){.output = ROOT "/no/where"}));
    assert_true(diag_captured_error("cannot write \"" ROOT "/no/where\": No such file"));
}

static void packages(void **state)
{
    (void)state;
    const char *const debs[] = {ROOT "/k.deb", ROOT "/two.deb"};
    struct initramfs_request request = {.debs = debs, .deb_count = 2, .modules = ROOT "/list"};
    build_directory("archive");
    put_text("k/DEBIAN/control", CONTROL);
    module_put(ROOT "/k", "lib/modules/6.1/kernel/a_b.ko", "depends=");
    module_put(ROOT "/k", "lib/modules/6.1/kernel/c.ko", "depends=a-b");
    put_text("two/DEBIAN/control", CONTROL);
    put_text("two/lib/libx.so.1.2", "library");
    build_link(ROOT, "two/lib/libx.so.1", "libx.so.1.2");
    build_link(ROOT, "two/lib/lost", "nowhere");
    assert_int_equal(build_run("cd " ROOT " && dpkg-deb -b k k.deb && dpkg-deb -b two two.deb"), 0);
    put_text("list", "c\n");
    put_text("recipe", "./lib type=dir\n./lib/libx type=file contents=deb:lib/libx.so.1\n"
                       "./lib/modules type=dir\n./z type=dir\n");
    request.modules = NULL;
    makes(request);
    assert_non_null(strstr(listing(), "lib/libx 100755 0 0 0 library\n"));
    /* With modules, which stand behind all else. */
    request.modules = ROOT "/list";
    makes(request);
    assert_string_equal(listing(), "lib 40755 0 0 0 \n"
                                   "lib/libx 100755 0 0 0 library\n"
                                   "lib/modules 40755 0 0 0 \n"
                                   "z 40755 0 0 0 \n"
                                   "lib/modules/a_b.ko 100644 0 0 0 \177ELF\2\1\1\n"
                                   "lib/modules/c.ko 100644 0 0 0 \177ELF\2\1\1\n"
                                   "lib/modules/order 100644 0 0 0 a_b.ko\nc.ko\n\n");
    put_text("recipe", "./lib type=dir\n./lib/a type=file contents=deb:lib/lost\n"
                       "./lib/b type=file contents=deb:lib\n./lib/modules type=dir\n");
    makes_not(request, "recipe:2: contents=deb:lib/lost: in " ROOT "/k.deb and 1 more packages it "
                       "is not there, or is a link that leads nowhere; expected a file's path");
    assert_true(diag_captured_at("recipe:3: contents=deb:lib: in " ROOT
                                 "/k.deb and 1 more packages "
                                 "it is a directory or a device"));
    put_text("recipe", "./a type=dir\n");
    makes_not(request, "recipe:0: modules need the directory \"lib/modules\"; add the line");
    put_text("recipe", "./lib type=dir\n./lib/modules type=link link=x\n");
    makes_not(request, "recipe:2: modules need the directory \"lib/modules\"");
    put_text("recipe", "./lib type=dir\n./lib/modules type=dir\n./lib/modules/order type=dir\n"
                       "./lib/modules/a_b.ko type=dir\n");
    makes_not(request, "recipe:3: \"lib/modules/order\" is written by --modules, too; remove");
    assert_true(diag_captured_at("recipe:4: \"lib/modules/a_b.ko\" is written by --modules, too"));
}

static void expect(const char *command, int status, const char *text)
{
    int got = build_run("%s", command);
    if (got != status || strstr(build_output, text) == NULL) {
        fail_msg("%s: exit %d, said: %s", command, got, build_output);
    }
}

static void command_line(void **state)
{
    (void)state;
    expect(TOOL "--help", 0, "--modules FILE");
    expect(TOOL "-o x", 2, "drover initramfs: no RECIPE given");
    expect(TOOL "x", 2, "drover initramfs: -o FILE is missing");
    expect(TOOL "x y -o z", 2, "drover initramfs: more than one RECIPE");
    expect(TOOL "x -o y --modules z", 2,
           "--modules takes modules out of a package: --deb is missing");
    expect(TOOL "x -o y --deb", 2, "requires an argument");
    expect(TOOL "/nowhere/x -o y", 1, "cannot open \"/nowhere/x\": No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries),  cmocka_unit_test(places),       cmocka_unit_test(no_contents),
        cmocka_unit_test(packages), cmocka_unit_test(command_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
