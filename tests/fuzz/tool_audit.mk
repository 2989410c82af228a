# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the auditor: hostile images.

FUZZERS += audit_fuzz
audit_fuzz_SOURCES := tests/fuzz/audit_fuzz.c $(AUDIT_TEST_SOURCES)
audit_fuzz_CFLAGS  := $(AUDIT_TEST_CFLAGS)
audit_fuzz_LIBS    := $(AUDIT_TEST_LIBS)
audit_fuzz_DEPENDS := $(wildcard tool/*.h tests/audit/*.h)
