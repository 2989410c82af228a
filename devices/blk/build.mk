# SPDX-License-Identifier: BSD-2-Clause
#
# The block class: the virtualiser, and a client.

BLK_VIRT_SOURCES := $(addprefix devices/,$(addprefix blk/,virt.c client.c driver.c disk.c table.c mbr.c gpt.c say.c) lib/text.c)

$(eval $(call device_program,blk_virt,$(BLK_VIRT_SOURCES) devices/blk/cache.c))

# A client that checks a disk.
$(eval $(call device_program,blk_client,devices/blk/blk_client.c devices/lib/console.c))
