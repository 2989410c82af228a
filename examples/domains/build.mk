# SPDX-License-Identifier: BSD-2-Clause
#
# domains: a schedule that gives each domain its slice of time.

$(eval $(call example_rules,domains,qemu_virt_aarch64,debug))
