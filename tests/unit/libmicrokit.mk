# SPDX-License-Identifier: BSD-2-Clause
#
# Unit tests of libmicrokit's seL4 names, on a kernel of the tests' own (tests/unit/libmicrokit).

LIBMICROKIT_HOST_SOURCES := tests/unit/libmicrokit/kernel.c libmicrokit/src/vcpu.c \
                            $(addprefix libmicrokit/src/sel4_,benchmark.c calls.c tcb.c vcpu.c)
LIBMICROKIT_HOST_CFLAGS  := -Itests/unit/libmicrokit -Ilibmicrokit/include -Ilibmicrokit/src

UNIT_TESTS += microkit_vcpu_test
microkit_vcpu_test_SOURCES := tests/unit/microkit_vcpu_test.c $(LIBMICROKIT_HOST_SOURCES)
microkit_vcpu_test_CFLAGS  := $(LIBMICROKIT_HOST_CFLAGS)
microkit_vcpu_test_DEPENDS := $(LIBMICROKIT_HEADERS) $(wildcard tests/unit/libmicrokit/*.h)

UNIT_TESTS += sel4_calls_test
sel4_calls_test_SOURCES := tests/unit/sel4_calls_test.c $(LIBMICROKIT_HOST_SOURCES)
sel4_calls_test_CFLAGS  := $(LIBMICROKIT_HOST_CFLAGS)
sel4_calls_test_DEPENDS := $(LIBMICROKIT_HEADERS) $(wildcard tests/unit/libmicrokit/*.h)

# The constructors of the program are those that the test puts into a section of that name.
UNIT_TESTS += microkit_main_test
microkit_main_test_SOURCES := tests/unit/microkit_main_test.c libmicrokit/src/main.c $(LIBMICROKIT_HOST_SOURCES)
microkit_main_test_CFLAGS  := $(LIBMICROKIT_HOST_CFLAGS) -D__init_array_start=__start_constructors \
                              -D__init_array_end=__stop_constructors
microkit_main_test_DEPENDS := $(LIBMICROKIT_HEADERS) $(wildcard tests/unit/libmicrokit/*.h)
