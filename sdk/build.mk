# SPDX-License-Identifier: BSD-2-Clause
#
# The SDK: `make sdk` lays out in $(SDK) all that a program outside this tree needs, in the shape of the
# Microkit's. What programs inside the tree are compiled and linked with comes from there, too.
#
#     VERSION  bin/{drover,microkit}
#     board/BOARD/{board.dtb,board.json}  board/BOARD/CONFIG/{include,lib,elf}
#     libvmm/include  devices/include  example/NAME  doc
#
# libvmm's headers and the device classes' stand apart: a program that brings a libvmm or an sDDF of its own looks
# into board/ first.

# What a PD is compiled and linked with, out of the SDK of a board and configuration.
#   $(call pd_cflags,BOARD,CONFIG)  $(call pd_ldflags,BOARD,CONFIG)
sdk_board   = $(SDK)/board/$(1)/$(2)
pd_cflags   = $(filter-out -Iinclude,$(TARGET_CFLAGS)) $(CONFIG_CFLAGS_$(2)) -mgeneral-regs-only -I$(call sdk_board,$(1),$(2))/include \
              -I$(SDK)/libvmm/include -I$(SDK)/devices/include
pd_ldflags  = $(TARGET_LDFLAGS) -L$(call sdk_board,$(1),$(2))/lib -T$(call sdk_board,$(1),$(2))/lib/microkit.ld
pd_depends  = $(call sdk_board,$(1),$(2))/.stamp

# kernel/gen_config.h: what programs for the Microkit ask of the kernel's configuration. Makefiles look for the
# one line with CONFIG_SEL4_ARCH and two blanks.
GEN_CONFIG           := ARCH_ARM ARCH_AARCH64 SEL4_ARCH_AARCH64 KERNEL_MCS HAVE_FPU ARM_HYPERVISOR_SUPPORT \
                        ALLOW_SMC_CALLS AARCH64_USER_CACHE_ENABLE EXPORT_PCNT_USER EXPORT_VCNT_USER EXPORT_PTMR_USER
GEN_CONFIG_debug     := DEBUG_BUILD PRINTING
GEN_CONFIG_release   :=
GEN_CONFIG_benchmark := ENABLE_BENCHMARKS BENCHMARK_TRACK_UTILISATION EXPORT_PMU_USER

define gen_config_rule
$(SDK)/board/$(1)/$(2)/include/kernel/gen_config.h: sdk/build.mk boards/$(1)/build.mk
	@mkdir -p $$(@D)
	{ echo '/* SPDX-License-Identifier: BSD-2-Clause */'; \
	  echo '/* The kernel of this board and configuration, in the names of seL4. */'; \
	  echo '#pragma once'; \
	  printf '#define CONFIG_%s  1\n' $(GEN_CONFIG) $(GEN_CONFIG_$(2)) PLAT_$(PLATFORM_$(1)); \
	  printf '#define CONFIG_%s  %s\n' SEL4_ARCH aarch64 WORD_SIZE 64 MAX_NUM_NODES 1 L1_CACHE_LINE_SIZE_BITS 6; \
	} >$$@
endef

LIBVMM_PUBLIC_HEADERS := $(shell find libvmm/include -name '*.h')

$(SDK)/libvmm/.stamp: $(LIBVMM_PUBLIC_HEADERS)
	rm -rf $(@D)
	mkdir -p $(@D)
	cp -R libvmm/include $(@D)/include
	@touch $@

$(SDK)/devices/.stamp: $(shell find devices/include -name '*.h')
	rm -rf $(@D)
	mkdir -p $(@D)
	cp -R devices/include $(@D)/include
	@touch $@

define sdk_rules
$(call gen_config_rule,$(1),$(2))

$(SDK)/board/$(1)/$(2)/.stamp: $(BUILD)/target/$(2)/libmicrokit.a $(BUILD)/target/$(2)/libvmm.a \
		$(BUILD)/target/$(2)/kernel.elf $(BUILD)/target/$(2)/loader.elf $(BUILD)/target/$(2)/vmm.elf $(LIBMICROKIT_HEADERS) \
		$(DEVICE_PROGRAMS:%=$(BUILD)/target/$(2)/devices/%.elf) $(SDK)/devices/.stamp \
		$(SDK)/board/$(1)/$(2)/include/kernel/gen_config.h $(SDK)/libvmm/.stamp libmicrokit/microkit.ld
	find $$(@D)/include -mindepth 1 -maxdepth 1 ! -name kernel -exec rm -rf {} +
	@mkdir -p $$(@D)/lib $$(@D)/elf $$(@D)/include/drover
	cp -R libmicrokit/include/. $$(@D)/include/
	cp include/drover/*.h $$(@D)/include/drover/
	cp $(BUILD)/target/$(2)/libmicrokit.a $(BUILD)/target/$(2)/libvmm.a libmicrokit/microkit.ld $$(@D)/lib/
	cp $(addprefix $(BUILD)/target/$(2)/,kernel.elf loader.elf vmm.elf $(DEVICE_PROGRAMS:%=devices/%.elf)) $$(@D)/elf/
	@touch $$@
endef
$(foreach board,$(BOARDS),$(foreach config,$(CONFIGS),$(eval $(call sdk_rules,$(board),$(config)))))

SDK_STAMPS := $(foreach board,$(BOARDS),$(foreach config,$(CONFIGS),$(SDK)/board/$(board)/$(config)/.stamp))

# Both names are one program: main.c looks at how it was called.
$(SDK)/bin/drover $(SDK)/bin/microkit: $(BUILD)/drover
	@mkdir -p $(@D)
	cp $< $@

$(SDK)/VERSION: tool/version.h
	@mkdir -p $(@D)
	sed -n 's/^#define DROVER_VERSION "\(.*\)"/\1/p' $< >$@

# The examples that are nothing but PDs, each with the same Makefile; and the driver VM with its own.
SDK_EXAMPLES := $(sort $(dir $(wildcard examples/*/*.system)))

$(SDK)/example/.stamp: sdk/example.mk sdk/driver_vm.mk $(shell find examples -type f)
	rm -rf $(@D)
	mkdir -p $(@D)
	cp -R $(SDK_EXAMPLES:%/=%) examples/driver_vm $(@D)/
	rm -f $(@D)/*/build.mk
	for example in $(notdir $(SDK_EXAMPLES:%/=%)); do cp sdk/example.mk $(@D)/$$example/Makefile; done
	cp sdk/driver_vm.mk $(@D)/driver_vm/Makefile
	@touch $@

$(SDK)/doc/.stamp: $(shell find docs -type f)
	rm -rf $(@D)
	mkdir -p $(@D)
	cp -R docs/. $(@D)/
	@touch $@

.PHONY: sdk
sdk: $(SDK_STAMPS) $(SDK)/bin/drover $(SDK)/bin/microkit $(SDK)/VERSION $(SDK)/example/.stamp $(SDK)/doc/.stamp \
		$(foreach board,$(BOARDS),$(SDK)/board/$(board)/board.dtb $(SDK)/board/$(board)/board.json)
	@echo "The SDK is in $(SDK): MICROKIT_SDK=$(abspath $(SDK))"
