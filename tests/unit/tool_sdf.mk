# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the reader of system descriptions. They run from the top of the tree.

SDF_SOURCES := tool/alloc.c tool/child.c tool/diag.c tool/progress.c tool/file.c tool/markup.c tool/names.c tool/source.c tool/utf8.c \
               tool/preprocess.c tool/preprocess_text.c $(wildcard tool/sdf_*.c) tool/system.c $(wildcard tool/system_*.c)
SDF_CFLAGS  := -iquote tool -iquote tests/bad $(shell xml2-config --cflags)
SDF_HEADERS := $(wildcard tool/*.h tests/bad/*.h)

UNIT_TESTS += sdf_read_test
sdf_read_test_SOURCES := tests/unit/sdf_read_test.c $(SDF_SOURCES)
sdf_read_test_CFLAGS  := $(SDF_CFLAGS)
sdf_read_test_LIBS    := -lxml2
sdf_read_test_DEPENDS := $(SDF_HEADERS)

UNIT_TESTS += sdf_corpus_test
sdf_corpus_test_SOURCES := tests/unit/sdf_corpus_test.c tests/bad/corpus.c $(SDF_SOURCES)
sdf_corpus_test_CFLAGS  := $(SDF_CFLAGS)
sdf_corpus_test_LIBS    := -lxml2
sdf_corpus_test_DEPENDS := $(SDF_HEADERS)

UNIT_TESTS += sdf_limits_test
sdf_limits_test_SOURCES := tests/unit/sdf_limits_test.c $(SDF_SOURCES)
sdf_limits_test_CFLAGS  := $(SDF_CFLAGS)
sdf_limits_test_LIBS    := -lxml2
sdf_limits_test_DEPENDS := $(SDF_HEADERS)

UNIT_TESTS += sdf_preprocess_test
sdf_preprocess_test_SOURCES := tests/unit/sdf_preprocess_test.c $(SDF_SOURCES)
sdf_preprocess_test_CFLAGS  := $(SDF_CFLAGS)
sdf_preprocess_test_LIBS    := -lxml2
sdf_preprocess_test_DEPENDS := $(SDF_HEADERS)
