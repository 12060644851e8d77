# Two commands do everything on a fresh Debian 12 with Swift: `make demo` and `make test`.

SHELL := /bin/bash
SWIFT ?= swift
FROM ?=
BUILD = $(SWIFT) build -c release --product taxod
CHECK_IMPORTS = --explicit-target-dependency-import-check error
PACKAGES = libxml2-dev libarchive-dev libraptor2-dev libsqlite3-dev zlib1g-dev libcurl4 pkg-config python3 python3-pip

# make fuzz: mutated files for each reader, random workbooks, then seconds of coverage-guided fuzzing. make soak: minutes
# of random kills, and the number of files dropped at once.
FUZZ_COUNT ?= 20000
FUZZ_SECONDS ?= 600
FUZZ_WORKBOOKS ?= 1000
SOAK_MINUTES ?= 30
SOAK_FILES ?= 100000
READERS = medic mesh obo obographs list xlsx archive gguf safetensors tokenizer adapter configuration

.PHONY: help demo test build models packages lint clean check-long fuzz soak reference

help:
	@echo "make demo    set up, build, run the three tasks on sample files, show the results"
	@echo "make test    set up, build, run every test"
	@echo "make check-long  sweep kills and errors over every step, not only a sample (half an hour)"
	@echo "make build   set up and build .build/release/taxod"
	@echo "make models  fetch the two default models (FROM=FOLDER takes them from there)"
	@echo "make lint    check the formatting"
	@echo "make reference  write the page on configuration from Config/taxod.schema.json"
	@echo "make fuzz    hostile files for every reader, for more than an hour"
	@echo "make soak    load, and kills among random input, for more than half an hour"

# Installs what the build needs, or says how.
packages:
	@command -v $(SWIFT) >/dev/null || { \
	  echo "Missing: Swift 6.3. See https://www.swift.org/install/linux, then try again."; exit 69; }
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 \
	  && missing=$$(echo "$$missing" | sed -e 's/ python3-pip//' -e 's/ python3//'); \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then \
	  echo "Installing$$missing …"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	else \
	  echo "Missing:$$missing. Run this once, then try again:"; \
	  echo "  sudo apt-get update && sudo apt-get install -y$$missing"; \
	  exit 69; \
	fi

models: packages
	@bash Config/fetch-models.sh $(if $(FROM),--from "$(FROM)")

build: packages
	@echo "Building taxod (about 5 minutes the first time) …"
	@$(BUILD) $(CHECK_IMPORTS)

demo: models build
	@bash Config/demo.sh

test: models build
	@echo "Building the tests and running them (about 10 minutes the first time) …"
	@set -o pipefail; mkdir -p .build; \
	$(SWIFT) test -c release --disable-testable-imports $(CHECK_IMPORTS) 2>&1 | tee .build/test.log \
	  || { echo "What failed:"; grep -a -A 3 -e '✘ Test' -e ': error:' .build/test.log | tail -n 60; exit 1; }

# An input that crashes a reader is written to .build/fuzz-found and becomes a fixture of HostileTests.
fuzz: build
	@mkdir -p .build/fuzz-found
	@TAXOD_FUZZ_COUNT=$(FUZZ_COUNT) TAXOD_FUZZ_READERS="$(READERS)" TAXOD_FUZZ_FOLDER=$(CURDIR)/.build/fuzz-found \
	  $(SWIFT) test -c release --disable-testable-imports $(CHECK_IMPORTS) --filter 'HostileTests|TablePropertyTests'
	@if python3 -c 'import openpyxl, xlsxwriter' 2>/dev/null; then \
	  TAXOD_WORKBOOKS=$(FUZZ_WORKBOOKS) $(SWIFT) test -c release --disable-testable-imports $(CHECK_IMPORTS) \
	    --filter WorkbookTests || exit 65; \
	else echo "python3 lacks openpyxl or XlsxWriter: no random workbooks"; fi
	@echo "Building the readers with coverage …"
	@TAXOD_FUZZ=1 $(SWIFT) build -c release --scratch-path .build/fuzz --product Fuzz \
	  -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld -Xcc -fsanitize=fuzzer-no-link
	@for reader in $(READERS); do \
	  echo "$$reader: $(FUZZ_SECONDS) s by coverage"; \
	  mkdir -p .build/fuzz-corpus/$$reader; \
	  SWIFT_BACKTRACE=enable=no TAXOD_FUZZ_READER=$$reader .build/fuzz/release/Fuzz .build/fuzz-corpus/$$reader \
	    -artifact_prefix=.build/fuzz-found/$$reader- -max_total_time=$(FUZZ_SECONDS) -timeout=120 \
	    -rss_limit_mb=2048 -max_len=65536 -verbosity=0 -print_final_stats=1 || exit 65; \
	done

soak: models build
	@TAXOD_SOAK_MINUTES=$(SOAK_MINUTES) TAXOD_LOAD_FILES=$(SOAK_FILES) \
	  $(SWIFT) test -c release --disable-testable-imports $(CHECK_IMPORTS) \
	  --filter "SoakTests|DaemonTests.ManyFilesTests"

check-long: models build
	@echo "Killing and failing taxod at every file-changing call (about half an hour) …"
	@TAXOD_SWEEP=all $(SWIFT) test -c release --disable-testable-imports $(CHECK_IMPORTS) \
	  --filter 'KillSweepTests|ErrorSweepTests|EngineSweepTests|LedgerLossTests|FullDiskTests|OrderTests'

lint:
	@$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift

reference:
	@python3 Config/configuration-page.py Config/taxod.schema.json \
	  Sources/taxod/taxod.docc/Configuration.md

clean:
	@rm -rf .build state
