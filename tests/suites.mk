# SPDX-License-Identifier: BSD-2-Clause
#
# `make test`: every suite. A suite is 'NAME=COMMAND', or '+NAME=COMMAND' if it may run beside its neighbours; it ends
# with a line "N passed, N failed" or with cmocka's count. Other build.mk may add some:
#     SUITES += 'name=command'
#     SUITE_DEPENDS += what it needs

HEADER_SUITES := \
    'headers-tool=scripts/check-headers "$(HOST_CC) $(HOST_CFLAGS) $(TOOL_CFLAGS)" $(TOOL_HEADERS)' \
    'headers-tests=scripts/check-headers "$(HOST_CC) $(HOST_CFLAGS) $(TOOL_CFLAGS) -iquote tests/system -iquote tests/unit \
        -Itests/unit/libvmm -Ilibvmm/include -Ilibvmm/src -Ilibmicrokit/include -Idevices/include" $(wildcard tests/*/*.h)' \
    'headers-kernel=scripts/check-headers "$(TARGET_CC) $(TARGET_CFLAGS) $(KERNEL_CFLAGS)" $(KERNEL_HEADERS)' \
    'headers-libmicrokit=scripts/check-headers "$(TARGET_CC) $(TARGET_CFLAGS) -Ilibmicrokit/include" \
        $(wildcard libmicrokit/*/*.h libmicrokit/*/*/*.h)' \
    'headers-libvmm=scripts/check-headers "$(TARGET_CC) $(TARGET_CFLAGS) -iquote libvmm/src -Ilibmicrokit/include -Ilibvmm/include -Idevices/include" \
        $(shell find libvmm -name "*.h")' \
    'headers-devices=scripts/check-headers "$(TARGET_CC) $(TARGET_CFLAGS) -Ilibmicrokit/include -Idevices/include -Idevices/lib" \
        $(shell find devices -name "*.h")' \
    'headers-agent=scripts/check-headers "$(AGENT_CC) $(AGENT_CFLAGS)" $(wildcard guest/agent/*.h)'

# Machines do not know of one another, except where a test makes the host busy by itself. The longest goes first.
SYSTEM_TESTS_ALONE   = $(filter busy_host,$(SYSTEM_TESTS))
SYSTEM_TESTS_BESIDE  = $(filter reconnect,$(SYSTEM_TESTS)) $(filter-out reconnect $(SYSTEM_TESTS_ALONE),$(SYSTEM_TESTS))

ALL_SUITES = 'sources=scripts/check-sources' $(HEADER_SUITES) \
    $(foreach test,$(UNIT_TESTS),'unit-$(test)=$(BUILD)/tests/unit/$(test)') \
    'bad-descriptions=$(BUILD)/tests/bad/run' \
    'fuzz=scripts/run-fuzzers $(BUILD)/tests/fuzz $(FUZZERS)' \
    'reproducible=scripts/check-reproducible $(BUILD) $(PAYLOAD)' \
    '+driver_vm-bare=$(BUILD)/tests/system/driver_vm bare' \
    '+driver_vm-composed=$(BUILD)/tests/system/driver_vm composed' \
    '+odroidc4-bare=$(BUILD)/tests/system/odroidc4 bare' \
    $(foreach test,$(SYSTEM_TESTS_BESIDE),'+system-$(test)=$(BUILD)/tests/system/$(test)') \
    $(foreach test,$(SYSTEM_TESTS_ALONE),'system-$(test)=$(BUILD)/tests/system/$(test)') \
    $(SUITES)

$(BUILD)/tests/run-suites: tests/run.c
	@mkdir -p $(@D) $(BUILD)/tests/log
	$(HOST_CC) $(HOST_CFLAGS) -pthread -o $@ $<

.PHONY: test
test: $(BUILD)/tests/run-suites unit-tests bad-tests fuzzers system-tests driver_vm $(SUITE_DEPENDS)
	@$(BUILD)/tests/run-suites $(BUILD)/tests/log $(ALL_SUITES)
