# SPDX-License-Identifier: BSD-2-Clause
#
# Mistakes that `drover compose` notices.

SUITES += 'compose-bad=tests/compose-bad/run $(BUILD)'
SUITE_DEPENDS += $(BUILD)/drover sdk
