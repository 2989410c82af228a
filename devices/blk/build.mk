# SPDX-License-Identifier: BSD-2-Clause
#
# The block class: the virtualiser, and a client that checks a disk.

$(eval $(call device_program,blk_virt,$(addprefix devices/blk/,virt.c client.c driver.c disk.c table.c mbr.c gpt.c \
    cache.c)))
