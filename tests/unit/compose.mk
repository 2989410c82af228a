# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of `drover compose`. They have dtc make their trees.

$(eval $(call tool_tests,compose_test compose_guest_test,tests/unit,tests/unit/compose_build.c tests/unit/tree_text.c tests/unit/diag_capture.c))
$(eval $(call tool_tests,outdir_test,tests/unit,tests/unit/diag_capture.c))
$(eval $(call tool_tests,serve_test serve_config_test serve_request_test,tests/unit,tests/unit/serve_build.c tests/unit/serve_programs.c \
    tests/unit/elf_build.c tests/unit/compose_build.c tests/unit/tree_text.c tests/unit/diag_capture.c))
