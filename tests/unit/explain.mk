# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover explain`, with libvmm's side of it: tests/explain holds a board, a description, and
# questions with their answers.

ifndef LIBVMM_HOST_SOURCES
include tests/unit/libvmm/libvmm_host.mk
endif

$(eval $(call tool_tests,explain_test,tests/explain,tests/explain/made_up.c tests/unit/diag_capture.c))
explain_test_SOURCES += $(LIBVMM_HOST_SOURCES)
explain_test_CFLAGS  += $(LIBVMM_HOST_CFLAGS)
explain_test_DEPENDS += $(LIBVMM_HOST_DEPENDS)
