# SPDX-License-Identifier: BSD-2-Clause
#
# The serial class on two boards: build/tests/serial/BOARD/serial.img. Each program is the SDK's (or the test's
# client), with its sections of configuration overwritten from configs.c.

SERIAL_DIR    := $(BUILD)/tests/serial
SERIAL_CONFIG := release
SERIAL_BOARDS := qemu_virt_aarch64 odroidc4

SERIAL_DRIVER_qemu_virt_aarch64 := serial_driver_pl011
SERIAL_MACROS_qemu_virt_aarch64 := -D 'UART_PA="0x9000000"' -D 'UART_IRQ="33"' -D 'UART_TRIGGER="level"'
SERIAL_DRIVER_odroidc4          := serial_driver_meson
SERIAL_MACROS_odroidc4          := -D 'UART_PA="0xff803000"' -D 'UART_IRQ="225"' -D 'UART_TRIGGER="edge"'

# The contents of a section: $(SERIAL_DIR)/NAME.data
SERIAL_BLOBS := serial_driver_device_resources serial_driver_config serial_virt_tx serial_virt_rx serial_virt_rx_names \
                $(addprefix serial_client_,serial_virt_rx alice bob carol)

$(SERIAL_DIR)/configs.o: tests/serial/configs.c $(DEVICE_HEADERS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) -Idevices/include -c -o $@ $<

$(SERIAL_BLOBS:%=$(SERIAL_DIR)/%.data): $(SERIAL_DIR)/%.data: $(SERIAL_DIR)/configs.o
	llvm-objcopy --dump-section $*=$@ $< $(@D)/$*.o
	@rm $(@D)/$*.o

# $(call serial_program,BOARD,NAME,PROGRAM,SECTION=BLOB...)
define serial_program
$(SERIAL_DIR)/$(1)/$(2).elf: $(3) $(foreach pair,$(4),$(SERIAL_DIR)/$(lastword $(subst =, ,$(pair))).data)
	@mkdir -p $$(@D)
	llvm-objcopy $(foreach pair,$(4),--update-section .$(firstword $(subst =, ,$(pair)))=$(SERIAL_DIR)/$(lastword $(subst =, ,$(pair))).data) $(3) $$@
endef

serial_elf = $(SDK)/board/$(1)/$(SERIAL_CONFIG)/elf/$(2).elf

define serial_image_rules
$(SERIAL_DIR)/$(1)/client.o: tests/serial/client.c $(call pd_depends,$(1),$(SERIAL_CONFIG))
	@mkdir -p $$(@D)
	$(TARGET_CC) $(call pd_cflags,$(1),$(SERIAL_CONFIG)) -c -o $$@ $$<

$(SERIAL_DIR)/$(1)/client.elf: $(SERIAL_DIR)/$(1)/client.o
	$(TARGET_LD) $(call pd_ldflags,$(1),$(SERIAL_CONFIG)) -o $$@ $$< -lmicrokit

$(foreach program,serial_virt_tx serial_virt_rx $(SERIAL_DRIVER_$(1)),$(call serial_elf,$(1),$(program))): $(call pd_depends,$(1),$(SERIAL_CONFIG))

$(call serial_program,$(1),serial_driver,$(call serial_elf,$(1),$(SERIAL_DRIVER_$(1))),device_resources=serial_driver_device_resources serial_driver_config=serial_driver_config)
$(call serial_program,$(1),serial_virt_tx,$(call serial_elf,$(1),serial_virt_tx),serial_virt_tx_config=serial_virt_tx)
$(call serial_program,$(1),serial_virt_rx,$(call serial_elf,$(1),serial_virt_rx),serial_virt_rx_config=serial_virt_rx serial_virt_rx_names=serial_virt_rx_names serial_client_config=serial_client_serial_virt_rx)
$(foreach client,alice bob carol,
$(call serial_program,$(1),$(client),$(SERIAL_DIR)/$(1)/client.elf,serial_client_config=serial_client_$(client)))

$(SERIAL_DIR)/$(1)/serial.img: tests/serial/serial.system $(BUILD)/drover \
		$(addprefix $(SERIAL_DIR)/$(1)/,$(addsuffix .elf,serial_driver serial_virt_tx serial_virt_rx alice bob carol)) \
		$(SDK)/board/$(1)/board.dtb $(SDK)/board/$(1)/board.json
	$$(call build_image,$$<,--board $(1) --config $(SERIAL_CONFIG) --search-path $$(@D) $(SERIAL_MACROS_$(1)))
endef
$(foreach board,$(SERIAL_BOARDS),$(eval $(call serial_image_rules,$(board))))

SYSTEM_TESTS         += serial_class
serial_class_SOURCES := tests/serial/serial.c
serial_class_DEPENDS := $(SERIAL_BOARDS:%=$(SERIAL_DIR)/%/serial.img) $(QEMU_ODROIDC4)

SUITES += 'system-serial_class-odroidc4=$(BUILD)/tests/system/serial_class odroidc4'
