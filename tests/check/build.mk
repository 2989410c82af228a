# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of `drover check`: build/tests/check/run runs it on cases/*.system, and on the examples that
# own devices.

CHECK       := $(BUILD)/tests/check
CHECK_TREES := $(CHECK)/correct.dtb $(CHECK)/clocks_disabled.dtb

$(CHECK)/run: tests/check/run.c tests/bad/corpus.c tests/bad/corpus.h
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) -iquote tests/bad -DBUILD_DIR='"$(BUILD)"' -o $@ tests/check/run.c tests/bad/corpus.c

# Guests' trees are changes of the board's, as those of the examples.
$(CHECK)/%.dtb: tests/check/%.dts $(SDK)/board/odroidc4/board.dtb
	@mkdir -p $(@D)
	dtc -q -I dtb -O dts $(SDK)/board/odroidc4/board.dtb >$(CHECK)/$*.full.dts
	cat $< >>$(CHECK)/$*.full.dts
	dtc -q -i tests/check -I dts -O dtb -o $@ $(CHECK)/$*.full.dts

# An example with its macros and its guest's tree: $(call check_example,BOARD)
check_example = 'check-driver_vm-$(1)=$(CHECK)/run tests/check/driver_vm/$(1).expected \
    examples/driver_vm/$(1)/driver_vm.system --board $(1) --guest-tree $(BUILD)/examples/driver_vm/$(1)/guest.dtb \
    -D GUESTRAMADDR=$(call guest_number,$(1),GUEST_RAM_GPA) -D GUESTRAMSIZE=$(call guest_number,$(1),GUEST_RAM_SIZE)'

# What `drover compose` makes has no findings but on trust, which is for the user to give:
# $(call check_composed,NAME,DIRECTORY,BOARD,TREES)
check_composed = 'check-composed-$(1)=$(CHECK)/run tests/check/composed/$(1).expected $(2)/composed/composed.system \
    --board $(3) --accept C13$(comma)C14$(comma)C15 $(4)'
comma := ,

SUITES += $(foreach board,$(COMPOSED_BOARDS),$(call \
    check_composed,$(board),$(COMPOSED)/$(board),$(board),--guest-tree $(COMPOSED)/$(board)/composed/linux.dtb)) \
    $(call check_composed,pair,$(PAIR),qemu_virt_aarch64,$(foreach \
        vm,desk storage,--guest-tree $(vm)=$(PAIR)/composed/$(vm).dtb))

SUITES += 'check=$(CHECK)/run' $(foreach board,qemu_virt_aarch64 odroidc4,$(call check_example,$(board)))

SUITE_DEPENDS += check-tests

.PHONY: check-tests
check-tests: $(CHECK)/run $(CHECK_TREES) $(BUILD)/drover sdk \
    $(foreach board,qemu_virt_aarch64 odroidc4,$(BUILD)/examples/driver_vm/$(board)/guest.dtb) \
    $(patsubst examples/composed/%.json,$(BUILD)/examples/composed/%/composed/compose.json,$(wildcard examples/composed/*.json)) \
    $(BUILD)/tests/composed/pair/composed/compose.json
