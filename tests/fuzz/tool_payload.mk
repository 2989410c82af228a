# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the payload's readers: kernels, initrds, device trees, partition tables.

# The files with limits are its own, with limits that fit a fuzzer's memory.
$(eval $(call tool_fuzzer,payload_fuzz,tests/unit/diag_capture.c tool/payload/payload_collect.c tool/payload/payload_find.c \
    tool/payload/payload_initrd.c tool/payload/payload_kernel.c))
payload_fuzz_CFLAGS += '-DPAYLOAD_KERNEL_MAX=((size_t)4<<20)' '-DPAYLOAD_INITRD_MAX=((size_t)4<<20)' \
                       '-DPAYLOAD_UNPACKED_MAX=((size_t)4<<20)' '-DPAYLOAD_MODULE_MAX=((size_t)1<<20)'
