# SPDX-License-Identifier: BSD-2-Clause
#
# The corpus: `drover compose` on every device tree of Debian's kernel package, checked by a second
# reader of trees. `make test` takes the families of one part of CORPUS_PARTS, another one for each
# commit (the part is the commit's number); `make test-corpus` takes all, and each device by itself.

CORPUS_TREES  := $(PAYLOAD)/linux/dtb
CORPUS_PARTS  := 16
CORPUS_NUMBER := $(shell printf '%d' "0x$$(git rev-parse --short=6 HEAD 2>/dev/null || echo 0)")
CORPUS        := $(BUILD)/tests/corpus/corpus

$(CORPUS): $(wildcard tests/corpus/*.c) tests/unit/diag_capture.c $(TOOL_SANITIZED) $(wildcard tests/corpus/*.h tests/unit/*.h)
	@mkdir -p $(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(SANITIZE) $(TOOL_CFLAGS) -iquote tests/unit -iquote tests/corpus -o $@ $(filter %.c,$^) \
		$(TOOL_SANITIZED) $(TOOL_LIBS)

SUITES += 'corpus=$(CORPUS) $(CORPUS_TREES) --jobs 2 --sample $(CORPUS_NUMBER)/$(CORPUS_PARTS) --boards docs/boards.md'
SUITE_DEPENDS += $(CORPUS) $(PAYLOAD_KERNEL)

.PHONY: test-corpus boards-page
test-corpus: $(CORPUS) $(PAYLOAD_KERNEL) $(BUILD)/drover sdk
	$(CORPUS) $(CORPUS_TREES) --jobs $(shell nproc) --every --boards docs/boards.md
	tests/corpus/build-some $(BUILD) $(CORPUS_TREES)

boards-page: $(CORPUS) $(PAYLOAD_KERNEL)
	$(CORPUS) $(CORPUS_TREES) --jobs $(shell nproc) --print docs/boards.md
