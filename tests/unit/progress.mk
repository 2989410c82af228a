# SPDX-License-Identifier: BSD-2-Clause
#
# The test of the line about progress.

UNIT_TESTS += progress_test
progress_test_SOURCES := tests/unit/progress_test.c tool/progress.c
progress_test_CFLAGS  := -iquote tool
progress_test_LIBS    := -lutil
progress_test_DEPENDS := tool/progress.h
