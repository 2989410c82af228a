# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of `drover check`.

FUZZERS += check_fuzz
check_fuzz_SOURCES := tests/fuzz/check_fuzz.c $(wildcard tool/check*.c tool/devtree*.c tool/board*.c) tool/sdf_number.c tool/devclass.c tool/tree.c \
                      tool/range.c tool/alloc.c tool/diag.c tool/progress.c tool/file.c tool/source.c tool/utf8.c tool/markup.c tool/names.c \
                      tool/child.c tool/preprocess.c tool/preprocess_text.c
check_fuzz_CFLAGS  := -iquote tool $(shell xml2-config --cflags)
check_fuzz_LIBS    := -lxml2 -lfdt -ljson-c
check_fuzz_DEPENDS := $(wildcard tool/*.h)
