# SPDX-License-Identifier: BSD-2-Clause
#
# Whether the documents are true: man pages against `--help`, the manual's calls against the headers, pictures
# and excerpts against what the tool draws and says, the manual's first program, the guide and the page on
# new boards against what then happens.

SUITES += 'man-pages=scripts/check-man $(BUILD)' 'pictures=scripts/check-pictures $(BUILD)' \
          'documents=scripts/check-documents $(BUILD)'
SUITE_DEPENDS += $(BUILD)/drover sdk driver_vm

.PHONY: pictures
pictures: $(BUILD)/drover sdk
	scripts/draw-pictures $(BUILD) docs/pictures

# Documents that are followed, word for word. Not among the system tests, which are called by their names.
$(BUILD)/tests/follow_documents: tests/docs/documents.c tests/system/machine.c tests/system/cases.c
	@mkdir -p $(@D) $(BUILD)/tests/log
	$(HOST_CC) $(SYSTEM_CFLAGS) -o $@ $^

SUITES += 'manual=$(BUILD)/tests/follow_documents manual' 'guide=$(BUILD)/tests/follow_documents guide' \
          'new-board=$(BUILD)/tests/follow_documents new-board'
SUITE_DEPENDS += $(BUILD)/tests/follow_documents sdk $(PAYLOAD_INITRD)
