# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of `drover check`.

$(eval $(call tool_fuzzer,check_fuzz,))
