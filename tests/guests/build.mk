# SPDX-License-Identifier: BSD-2-Clause
#
# Bare-metal guest programs: flat position-independent arm64 images that run on QEMU without a
# hypervisor and as a guest of Drover alike.

GUESTS    := bench conformance hostile
GUEST_DIR := $(BUILD)/tests/guests

# x18 carries the counter from the interrupt vector to the handler; FP registers belong to the tests.
GUEST_CFLAGS := $(TARGET_CFLAGS) -O2 -fpie -mgeneral-regs-only -ffixed-x18 -Itests/guests/lib

GUEST_LIB_SOURCES := $(wildcard tests/guests/lib/*.[cS])
GUEST_HEADERS     := $(wildcard tests/guests/lib/*.h tests/guests/lib/*.inc)

define guest_rule
$(1)_GUEST_SOURCES := $$(GUEST_LIB_SOURCES) $$(wildcard tests/guests/$(1)/*.[cS])
$(1)_GUEST_OBJECTS := $$($(1)_GUEST_SOURCES:tests/guests/%=$(GUEST_DIR)/%.o)

$(GUEST_DIR)/$(1).elf: $$($(1)_GUEST_OBJECTS) tests/guests/lib/guest.ld
	$(TARGET_LD) -pie --no-dynamic-linker -z text -z norelro --hash-style=sysv $(TARGET_LDFLAGS) -T tests/guests/lib/guest.ld -o $$@ $$($(1)_GUEST_OBJECTS)
endef
$(foreach guest,$(GUESTS),$(eval $(call guest_rule,$(guest))))

$(GUEST_DIR)/%.o: tests/guests/% $(GUEST_HEADERS) $(wildcard tests/guests/*/*.h)
	@mkdir -p $(@D)
	$(TARGET_CC) $(GUEST_CFLAGS) -c -o $@ $<

$(GUEST_DIR)/%.img: $(GUEST_DIR)/%.elf
	llvm-objcopy -O binary $< $@

.PHONY: guests
guests: $(GUESTS:%=$(GUEST_DIR)/%.img)
