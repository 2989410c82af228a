# SPDX-License-Identifier: BSD-2-Clause
#
# The small examples: build/examples/NAME/BOARD/NAME.img and report.txt.
# Each C file of an example's folder is a program of its own, and NAME.system says which PDs run them.
# (driver_vm is not one of them.)

# The boards that QEMU has: the examples that need no device run on each.
EXAMPLE_MACHINES := qemu_virt_aarch64 zcu102

.PHONY: examples

# What the build.mk of an example asks for: $(eval $(call example_rules,NAME,BOARD,CONFIG))
define example_rules
$(BUILD)/examples/$(1)/$(2)/%.o: examples/$(1)/%.c $(wildcard examples/$(1)/*.h) $(call pd_depends,$(2),$(3))
	@mkdir -p $$(@D)
	$(TARGET_CC) $(call pd_cflags,$(2),$(3)) -c -o $$@ $$<

$(BUILD)/examples/$(1)/$(2)/%.elf: $(BUILD)/examples/$(1)/$(2)/%.o
	$(TARGET_LD) $(call pd_ldflags,$(2),$(3)) -o $$@ $$< -lmicrokit

$(BUILD)/examples/$(1)/$(2)/$(1).img: examples/$(1)/$(1).system $(wildcard examples/$(1)/*.txt) $(BUILD)/drover \
		$(patsubst examples/$(1)/%.c,$(BUILD)/examples/$(1)/$(2)/%.elf,$(wildcard examples/$(1)/*.c)) \
		$(SDK)/board/$(2)/board.dtb $(SDK)/board/$(2)/board.json
	$$(call build_image,$$<,--board $(2) --config $(3) --search-path $$(@D) --search-path examples/$(1))

examples: $(BUILD)/examples/$(1)/$(2)/$(1).img
endef
