# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzer of the payload's readers: kernels, initrds, device trees, partition tables.

FUZZERS += payload_fuzz
payload_fuzz_SOURCES := tests/fuzz/payload_fuzz.c tests/unit/diag_capture.c tool/payload_diff.c tool/payload_diff_index.c \
                        tool/payload_diff_rule.c tool/payload_diff_value.c tool/payload_file.c tool/payload_initrd.c \
                        tool/payload_kernel.c tool/payload_live.c tool/payload_names.c tool/payload_partitions.c \
                        tool/payload_print.c tool/payload_tree.c tool/payload_unpack.c \
                        tool/alloc.c tool/board.c tool/board_device.c tool/board_tree.c tool/crc32.c tool/file.c tool/range.c tool/tree.c
# Limits that fit a fuzzer's memory.
payload_fuzz_CFLAGS  := -iquote tool -iquote tests/unit '-DPAYLOAD_KERNEL_MAX=((size_t)4<<20)' \
                        '-DPAYLOAD_INITRD_MAX=((size_t)4<<20)' '-DPAYLOAD_UNPACKED_MAX=((size_t)4<<20)' \
                        '-DPAYLOAD_MODULE_MAX=((size_t)1<<20)'
payload_fuzz_LIBS    := -lfdt -ljson-c -larchive
payload_fuzz_DEPENDS := $(wildcard tool/*.h)
