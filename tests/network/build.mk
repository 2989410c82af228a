# SPDX-License-Identifier: BSD-2-Clause
#
# The network class in QEMU: build/tests/network/network.img. Each program is the SDK's (or the test's driver), with its
# section of configuration overwritten from configs.c.

NETWORK_DIR := $(BUILD)/tests/network
NETWORK_SDK := $(SDK)/board/qemu_virt_aarch64/debug

# The contents of a section: $(NETWORK_DIR)/NAME.data
NETWORK_BLOBS := net_driver net_virt_rx net_virt_tx net_vswitch net_copy_alice net_copy_bob net_client_alice net_client_bob \
                 ping_alice ping_bob
NETWORK_PDS   := wire net_virt_rx net_virt_tx net_vswitch net_copy_alice net_copy_bob alice bob

$(NETWORK_DIR)/configs.o: tests/network/configs.c tests/network/layout.h include/drover/ping.h $(DEVICE_HEADERS)
	@mkdir -p $(@D)
	$(TARGET_CC) $(TARGET_CFLAGS) -Idevices/include -c -o $@ $<

$(NETWORK_BLOBS:%=$(NETWORK_DIR)/%.data): $(NETWORK_DIR)/%.data: $(NETWORK_DIR)/configs.o
	llvm-objcopy --dump-section $*=$@ $< $(@D)/$*.o
	@rm $(@D)/$*.o

# The driver, with the responder's host at the other end of its wire.
NETWORK_WIRE_OBJECTS := $(addprefix $(NETWORK_DIR)/wire_,wire.o host.o dhcp.o)

define network_wire_rule
$(NETWORK_DIR)/wire_$(basename $(notdir $(1))).o: $(1) tests/network/layout.h $(DEVICE_HEADERS) $(call pd_depends,qemu_virt_aarch64,debug)
	@mkdir -p $$(@D)
	$(TARGET_CC) $(call pd_cflags,qemu_virt_aarch64,debug) -Idevices -Itests/network -c -o $$@ $$<
endef
$(foreach source,tests/network/wire.c devices/network/ping/host.c devices/network/ping/dhcp.c,$(eval $(call network_wire_rule,$(source))))

$(NETWORK_DIR)/wire_bare.elf: $(NETWORK_WIRE_OBJECTS)
	$(TARGET_LD) $(call pd_ldflags,qemu_virt_aarch64,debug) -o $@ $^ -lmicrokit

$(foreach name,virt_rx virt_tx vswitch copy,$(NETWORK_SDK)/elf/network_$(name).elf) $(NETWORK_SDK)/elf/ping.elf: $(call pd_depends,qemu_virt_aarch64,debug)

# $(call network_program,NAME,PROGRAM,SECTION=BLOB...)
define network_program
$(NETWORK_DIR)/$(1).elf: $(2) $(foreach pair,$(3),$(NETWORK_DIR)/$(lastword $(subst =, ,$(pair))).data)
	llvm-objcopy $(foreach pair,$(3),--update-section .$(firstword $(subst =, ,$(pair)))=$(NETWORK_DIR)/$(lastword $(subst =, ,$(pair))).data) $(2) $$@
endef
$(eval $(call network_program,wire,$(NETWORK_DIR)/wire_bare.elf,net_driver_config=net_driver))
$(eval $(call network_program,net_virt_rx,$(NETWORK_SDK)/elf/network_virt_rx.elf,net_virt_rx_config=net_virt_rx))
$(eval $(call network_program,net_virt_tx,$(NETWORK_SDK)/elf/network_virt_tx.elf,net_virt_tx_config=net_virt_tx))
$(eval $(call network_program,net_vswitch,$(NETWORK_SDK)/elf/network_vswitch.elf,net_vswitch_config=net_vswitch))
$(foreach client,alice bob,\
    $(eval $(call network_program,net_copy_$(client),$(NETWORK_SDK)/elf/network_copy.elf,net_copy_config=net_copy_$(client)))\
    $(eval $(call network_program,$(client),$(NETWORK_SDK)/elf/ping.elf,net_client_config=net_client_$(client) ping_config=ping_$(client))))

$(NETWORK_DIR)/network.img: tests/network/network.system $(BUILD)/drover $(NETWORK_PDS:%=$(NETWORK_DIR)/%.elf) \
		$(SDK)/board/qemu_virt_aarch64/board.dtb $(SDK)/board/qemu_virt_aarch64/board.json
	$(call build_image,$<,--board qemu_virt_aarch64 --config debug --search-path $(@D))

SYSTEM_TESTS          += network_class
network_class_SOURCES := tests/network/network.c
network_class_DEPENDS := $(NETWORK_DIR)/network.img
