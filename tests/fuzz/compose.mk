# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of `drover compose`.

FUZZERS += compose_fuzz
compose_fuzz_SOURCES := tests/fuzz/compose_fuzz.c $(wildcard tool/compose*.c tool/devtree*.c tool/board*.c) tool/devclass.c \
                        tool/tree.c tool/range.c tool/alloc.c tool/diag.c tool/file.c tool/dts.c tool/outdir.c
compose_fuzz_CFLAGS  := -iquote tool
compose_fuzz_LIBS    := -lfdt -ljson-c
compose_fuzz_DEPENDS := $(wildcard tool/*.h)
