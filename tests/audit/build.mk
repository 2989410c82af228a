# SPDX-License-Identifier: BSD-2-Clause
#
# The auditor: what its mutation test (tests/unit/tool_audit.mk) and its fuzzer (tests/fuzz/tool_audit.mk)
# share, which is a good image of a rich system.

AUDIT_TEST_SOURCES := tests/audit/rich.c tests/unit/elf_build.c tests/unit/diag_capture.c
