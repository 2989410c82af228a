# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the auditor: hostile images.

$(eval $(call tool_fuzzer,audit_fuzz,$(AUDIT_TEST_SOURCES)))
audit_fuzz_CFLAGS  += -iquote tests/audit
audit_fuzz_DEPENDS += $(wildcard tests/audit/*.h)
