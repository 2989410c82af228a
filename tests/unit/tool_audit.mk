# SPDX-License-Identifier: BSD-2-Clause
#
# Unit test of the auditor: every damage of a good image is noticed (tests/audit).

UNIT_TESTS += audit_test
audit_test_SOURCES := tests/audit/audit_test.c tests/audit/mutations.c $(AUDIT_TEST_SOURCES)
audit_test_CFLAGS  := $(AUDIT_TEST_CFLAGS)
audit_test_LIBS    := $(AUDIT_TEST_LIBS)
audit_test_DEPENDS := $(wildcard tool/*.h tests/audit/*.h)
