# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the reader of system descriptions.

FUZZERS += sdf_fuzz
sdf_fuzz_SOURCES := tests/fuzz/sdf_fuzz.c tool/alloc.c tool/diag.c tool/progress.c tool/file.c tool/markup.c tool/names.c \
                    tool/child.c tool/source.c tool/utf8.c tool/preprocess_text.c tool/preprocess.c $(wildcard tool/sdf_*.c) \
                    tool/system.c $(wildcard tool/system_*.c)
sdf_fuzz_CFLAGS  := -iquote tool $(shell xml2-config --cflags)
sdf_fuzz_LIBS    := -lxml2
sdf_fuzz_DEPENDS := $(wildcard tool/*.h)
