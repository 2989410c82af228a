# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of `drover compose`.

$(eval $(call tool_fuzzer,compose_fuzz,))
