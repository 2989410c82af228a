# SPDX-License-Identifier: BSD-2-Clause
#
# setvar: numbers of the system description as variables of the program.

$(eval $(call example_rules,setvar,qemu_virt_aarch64,debug))
