# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover explain`, with libvmm's side of it: tests/explain holds a board, a description, and
# questions with their answers.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

UNIT_TESTS += explain_test
explain_test_SOURCES := tests/explain/explain_test.c tests/explain/made_up.c tests/unit/diag_capture.c \
                        $(filter-out tool/main.c tool/cmd_%.c tool/payload%.c tool/diag.c,$(wildcard tool/*.c)) \
                        $(LIBVMM_HOST_SOURCES)
explain_test_CFLAGS  := -iquote tool -iquote tests/explain -iquote tests/unit $(LIBVMM_HOST_CFLAGS) \
                        $(shell xml2-config --cflags) -DBUILD_DIR='"$(BUILD)"'
explain_test_LIBS    := -lxml2 -lelf -lfdt -ljson-c -lm
explain_test_DEPENDS := $(wildcard tool/*.h tests/explain/*.h) $(LIBVMM_HOST_DEPENDS)
