# SPDX-License-Identifier: BSD-2-Clause
#
# The auditor: its mutation test, which damages a good image in every way it can think of, and the audit
# of every image that the tree builds.

AUDIT_TEST_SOURCES = tests/audit/rich.c tests/unit/elf_build.c tests/unit/diag_capture.c $(TOOL_PLAN_SOURCES)
AUDIT_TEST_CFLAGS  = $(TOOL_PLAN_TEST_CFLAGS) -iquote tests/audit $(shell xml2-config --cflags)
AUDIT_TEST_LIBS    = -lxml2 -lelf -lfdt -ljson-c
