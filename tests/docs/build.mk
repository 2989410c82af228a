# SPDX-License-Identifier: BSD-2-Clause
#
# Whether the documents are true: man pages against `--help`, the manual's calls against the headers, pictures
# and excerpts against what the tool draws and says, the manual's first program against what then happens.

SUITES += 'man-pages=scripts/check-man $(BUILD)' 'pictures=scripts/check-pictures $(BUILD)' \
          'documents=scripts/check-documents $(BUILD)'
SUITE_DEPENDS += $(BUILD)/drover sdk driver_vm

.PHONY: pictures
pictures: $(BUILD)/drover sdk
	scripts/draw-pictures $(BUILD) docs/pictures

SYSTEM_TESTS += manual
manual_SOURCES := tests/docs/manual.c
manual_DEPENDS := sdk
