# SPDX-License-Identifier: BSD-2-Clause
#
# The test of the line about progress.

$(eval $(call tool_tests,progress_test,tests/unit,))
progress_test_LIBS += -lutil
