# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzers of `drover compose`: boards' trees, and files of VMs.

$(eval $(call tool_fuzzer,compose_fuzz,))
$(eval $(call tool_fuzzer,serve_fuzz,tests/unit/serve_programs.c tests/unit/elf_build.c))
