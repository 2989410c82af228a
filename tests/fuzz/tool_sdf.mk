# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the reader of system descriptions.

$(eval $(call tool_fuzzer,sdf_fuzz,))
