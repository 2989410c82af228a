# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of the reader of system descriptions. They run from the top of the tree.

$(eval $(call tool_tests,sdf_read_test sdf_corpus_test sdf_limits_test sdf_preprocess_test,tests/unit,))
sdf_corpus_test_SOURCES += tests/bad/corpus.c
sdf_corpus_test_CFLAGS  += -iquote tests/bad
sdf_corpus_test_DEPENDS += tests/bad/corpus.h
