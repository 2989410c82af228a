# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of the planner's inputs: programs and boards. (Descriptions: tool_sdf.mk.)

$(eval $(call tool_fuzzer,elf_fuzz,))
$(eval $(call tool_fuzzer,board_fuzz,))
