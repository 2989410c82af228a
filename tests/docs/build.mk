# SPDX-License-Identifier: BSD-2-Clause
#
# Whether the documents are true: man pages against `--help`, pictures and excerpts against what the tool
# draws and says, the manual's first program against what happens when one does what it says.

SUITES += 'man-pages=scripts/check-man $(BUILD)' 'pictures=scripts/check-pictures $(BUILD)' \
          'excerpts=scripts/check-excerpts $(BUILD)'
SUITE_DEPENDS += $(BUILD)/drover sdk driver_vm

.PHONY: pictures
pictures: $(BUILD)/drover sdk
	scripts/draw-pictures $(BUILD) docs/pictures

SYSTEM_TESTS += manual
manual_SOURCES := tests/docs/manual.c
manual_DEPENDS := sdk
