# alimentar: both twins, their tests and their documents. `make help` lists the targets.
#
#   make            builds the native library and command, the wasm twin and web/dist
#   make demo       installs what is needed, builds, runs the main job in a browser and a terminal
#   make test       installs what is needed, builds, and runs every test
#   make deps       installs packages (Debian) and tools of the tests; nothing to do: no time
#   make install    the command, the library, headers and a pkg-config file; PREFIX, DESTDIR
#   make check      after a build: format, gates and unit tests, in seconds
#   make test-NAME  one family of tests: a folder of tests/ with rules of its own
#   make lint       the gates over sources and build; GATES="layers text" runs some of them
#   make size       code and constants of the wasm by room, beside the budgets
#   make fuzz       fuzzes every target for SECONDS=60 each; TARGETS, JOBS, SEED; then make corpus
#   make quality    plants faults that the gates must find; coverage, mutation, complexity
#   make coverage   lines and branches of the core that the tests reach, by room
#   make asan       the command with sanitizers
#   make clean      removes what was built
#
# Each family of tests keeps its rules in tests/<family>/rules.mk and is run by `make test-<family>`.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all

VERSION := 0.1.0
ABI     := 1
B       := build

# --- tools ----------------------------------------------------------------------------------------
first = $(firstword $(foreach name,$(1),$(shell command -v $(name) 2>/dev/null)))
CC       := $(or $(call first,clang-19 clang-18 clang-17 clang-16 clang-15 clang-14 clang),clang)
LLVM     := $(patsubst clang%,%,$(notdir $(CC)))
AR       := $(or $(call first,llvm-ar$(LLVM) ar),ar)
WASM_OPT := $(or $(call first,wasm-opt),wasm-opt)
# Node of `make deps` where the distribution's is too old.
NODE     := $(or $(wildcard $(CURDIR)/build/node/node_modules/node/bin/node),$(call first,node nodejs),node)
CURL_CFLAGS = $(shell pkg-config --cflags libcurl 2>/dev/null)
# What the native twin links: HTTP, and codecs that the wasm twin compiles from the same versions.
LIBS = $(or $(shell pkg-config --libs libcurl zlib libzstd libbrotlidec 2>/dev/null),-lcurl -lz -lzstd -lbrotlidec)

# --- flags ----------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wvla -Wframe-larger-than=4096 -Werror
BASE := -std=c11 -Iinclude $(WARN) -ffp-contract=off -fno-strict-aliasing -fvisibility=hidden \
        -DALI_VERSION='"$(VERSION)"' -DALI_ABI_VERSION=$(ABI)
CORE_CFLAGS   := $(BASE) -Isrc -ffreestanding -fno-math-errno -fno-trapping-math
NATIVE_CFLAGS := $(BASE) -D_GNU_SOURCE -pthread
OPT           := -O2 -g1 -gdwarf-4
# Kernels: the hot loops, built for speed in both twins; everything else in the wasm is built for size.
KERNELS := src/codec/snappy.c src/codec/lz4_block.c src/codec/lz4_pack.c src/codec/xxh32.c src/format/parquet/rle.c \
           src/format/parquet/plain.c src/format/parquet/levels.c src/format/parquet/delta.c \
           src/format/parquet/split.c wasm/narrow.c
# In the wasm twin they are as fast without unrolled loops, and smaller by 5 KB; but for the kernels of
# rle.c, whose loops of eight are what they are made of. Encodings that few files have are small.
WASM_SMALL  := src/codec/lz4_pack.c src/codec/xxh32.c src/format/parquet/delta.c src/format/parquet/split.c
WASM_ROLLED := $(filter-out src/format/parquet/rle.c $(WASM_SMALL),$(KERNELS))
wasm_opt     = $(if $(filter $1,$(WASM_ROLLED)),-O3 -fno-unroll-loops,$(if $(filter $1,$(WASM_SMALL)),-Oz,$(if \
               $(filter $1,$(KERNELS)),-O3,-Oz)))
WASM_CFLAGS := --target=wasm32 -mbulk-memory -mnontrapping-fptoint -msign-ext -mmutable-globals \
               -ffunction-sections -fdata-sections -g0
SIMD_CFLAGS := -msimd128
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# --- sources --------------------------------------------------------------------------------------
CORE_SRC   := $(sort $(wildcard src/*/*.c src/*/*/*.c))
HOST_SRC   := $(sort $(wildcard native/*.c))
CLI_SRC    := $(sort $(wildcard native/cli/*.c))
WASM_SRC   := $(sort $(wildcard wasm/*.c))
# Of the core, what the wasm twin does not link: the encoder of zstd.
WASM_CORE  := $(filter-out src/codec/zstd_pack.c,$(CORE_SRC))
HEADERS    := $(sort $(wildcard include/*.h include/*/*.h))
LIB_SRC    := $(CORE_SRC) $(HOST_SRC)
UNIT_SRC   := $(sort $(wildcard tests/unit/test_*.c))

# Objects of a variant: $(call objects,variant,sources)
objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(2))

# --- native: release (position independent), debug with sanitizers ---------------------------------
.PHONY: all native wasm web asan help
all: native wasm web

native: $(B)/alimentar $(B)/libalimentar.a $(B)/libalimentar.so $(B)/alimentar.1 $(B)/alimentar.bash \
    $(B)/_alimentar $(B)/alimentar.fish

$(B)/obj/native/src/%.o: src/%.c Makefile
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) $(if $(filter $<,$(KERNELS)),-O3,$(OPT)) -g1 -gdwarf-4 -fPIC \
	    -fstack-usage -MMD -MP -c $< -o $@
$(B)/obj/native/native/%.o: native/%.c Makefile
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(CURL_CFLAGS) $(OPT) -fPIC -MMD -MP -c $< -o $@
$(B)/obj/asan/src/%.o: src/%.c Makefile
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) -O1 -g $(SANITIZE) -DALI_DEBUG -MMD -MP -c $< -o $@
$(B)/obj/asan/native/%.o: native/%.c Makefile
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) $(CURL_CFLAGS) -O1 -g $(SANITIZE) -DALI_DEBUG -MMD -MP -c $< -o $@

$(B)/libalimentar.a: $(call objects,native,$(LIB_SRC))
	@rm -f $@; $(AR) rcs $@ $^
$(B)/libalimentar.so.$(ABI): $(call objects,native,$(LIB_SRC))
	@$(CC) -shared -Wl,-soname,libalimentar.so.$(ABI) -Wl,--no-undefined -o $@ $^ $(LIBS) -pthread
$(B)/libalimentar.so: $(B)/libalimentar.so.$(ABI)
	@ln -sf libalimentar.so.$(ABI) $@
$(B)/alimentar: $(call objects,native,$(CLI_SRC)) $(B)/libalimentar.a
	@$(CC) -o $@ $^ $(LIBS) -pthread -lm

# The manual page and the completions of shells, out of the tables of verbs and flags.
$(B)/cli-print: native/cli/generate/print.c native/cli/table.c native/cli/table.h Makefile
	@mkdir -p $(@D); $(CC) $(NATIVE_CFLAGS) -I. -O1 -o $@ native/cli/generate/print.c native/cli/table.c
$(B)/alimentar.1: $(B)/cli-print
	@$< man > $@
$(B)/alimentar.bash: $(B)/cli-print
	@$< bash > $@
$(B)/_alimentar: $(B)/cli-print
	@$< zsh > $@
$(B)/alimentar.fish: $(B)/cli-print
	@$< fish > $@

asan: $(B)/asan/alimentar
$(B)/asan/libalimentar.a: $(call objects,asan,$(LIB_SRC))
	@mkdir -p $(@D); rm -f $@; $(AR) rcs $@ $^
$(B)/asan/alimentar: $(call objects,asan,$(CLI_SRC)) $(B)/asan/libalimentar.a
	@$(CC) $(SANITIZE) -o $@ $^ $(LIBS) -pthread -lm

# --- upstream's codecs in the wasm twin: of the versions that the native twin links ------------------
THIRD := $(B)/third_party
$(THIRD)/.stamp: .ci/upstream.sh
	@.ci/upstream.sh; touch $@
UPSTREAM_INCLUDE := -isystem $(THIRD)/zlib -isystem $(THIRD)/zstd/lib
UPSTREAM_CFLAGS  := -std=gnu11 -fvisibility=hidden -Iwasm/upstream -ffreestanding $(WASM_CFLAGS) -include string.h -w
ZLIB_CFLAGS      := -DZ_SOLO -DHAVE_MEMCPY -DNO_GZIP -DBUILDFIXED
ZLIB_SRC         := inflate inffast inftrees adler32
# One variant of each loop. Everything for size: measured, -O2 and -O3 make blocks of zstd no faster in wasm.
ZSTD_CFLAGS      := -DZSTD_LEGACY_SUPPORT=0 -DZSTD_STRIP_ERROR_STRINGS=1 -DZSTD_DISABLE_ASM=1 -DDYNAMIC_BMI2=0 \
                    -DHUF_DISABLE_FAST_DECODE=1 -DHUF_FORCE_DECOMPRESS_X1=1 \
                    -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1 -DZSTD_DECODER_INTERNAL_BUFFER=131072 \
                    -DXXH_NAMESPACE=ZSTD_ -DZSTD_TRACE=0 -DZSTDLIB_VISIBLE= -DZSTDERRORLIB_VISIBLE=
ZSTD_SRC         := zstd_decompress zstd_decompress_block huf_decompress zstd_ddict entropy_common \
                    fse_decompress error_private zstd_common xxhash
# Of one file alone.
ZSTD_zstd_decompress_block := -I$(THIRD)/zstd/lib/decompress -include zstd_decompress_internal.h \
                              -include zstd_literals.h
UPSTREAM_KERNELS := zstd_decompress_block inffast
UPSTREAM_OBJ     := $(ZLIB_SRC:%=upstream-zlib-%.o) $(ZSTD_SRC:%=upstream-zstd-%.o)

define upstream_rules
$(B)/obj/$(1)/src/codec/gzip.o $(B)/obj/$(1)/src/codec/zstd.o: $(THIRD)/.stamp
$(B)/obj/$(1)/src/codec/upstream-zlib-%.o: $(THIRD)/.stamp Makefile
	@mkdir -p $$(@D); $(CC) $(UPSTREAM_CFLAGS) $(2) $(ZLIB_CFLAGS) $$(if $$(filter $$*,$(UPSTREAM_KERNELS)),-Os,-Oz) \
	    -c $(THIRD)/zlib/$$*.c -o $$@
$(B)/obj/$(1)/src/codec/upstream-zstd-%.o: $(THIRD)/.stamp Makefile
	@mkdir -p $$(@D); $(CC) $(UPSTREAM_CFLAGS) $(2) $(ZSTD_CFLAGS) $$(ZSTD_$$*) $$(if $$(filter $$*,$(UPSTREAM_KERNELS)),-Os,-Oz) \
	    -c $(THIRD)/zstd/lib/*/$$*.c -o $$@
endef
$(eval $(call upstream_rules,wasm,$(SIMD_CFLAGS)))
$(eval $(call upstream_rules,wasm-scalar,))

# --- the wasm twin: SIMD128 for everybody, scalar for the twin tests --------------------------------
WASM_LDFLAGS := --target=wasm32 -nostdlib -Wl,--no-entry -Wl,--gc-sections -Wl,-z,stack-size=65536 \
                -Wl,--stack-first -Wl,--export-dynamic
# Branches are laid out anew, then everything is made small until that finds nothing more. No object lies
# at the addresses below 1024, where the stack ends (--stack-first): constants become offsets of loads.
OPT_SIZE     := --flatten --rereloop -Oz -Oz --low-memory-unused --converge
OPT_FEATURES := --enable-bulk-memory --enable-sign-ext --enable-nontrapping-float-to-int --enable-mutable-globals

wasm: $(B)/wasm/alimentar.wasm $(B)/wasm/brotli.wasm
$(B)/obj/wasm/%.o: %.c Makefile
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) $(UPSTREAM_INCLUDE) $(WASM_CFLAGS) $(SIMD_CFLAGS) $(call wasm_opt,$<) -MMD -MP -c $< -o $@
$(B)/obj/wasm-scalar/%.o: %.c Makefile
	@mkdir -p $(@D); $(CC) $(CORE_CFLAGS) $(UPSTREAM_INCLUDE) $(WASM_CFLAGS) -DALI_SCALAR $(call wasm_opt,$<) -MMD -MP -c $< -o $@
$(B)/wasm/linked.wasm: $(call objects,wasm,$(WASM_CORE) $(WASM_SRC)) $(UPSTREAM_OBJ:%=$(B)/obj/wasm/src/codec/%)
	@mkdir -p $(@D); $(CC) $(WASM_LDFLAGS) -Wl,-Map=$(B)/wasm/alimentar.map -Wl,--strip-debug -o $@ $^
$(B)/wasm/alimentar.wasm: $(B)/wasm/linked.wasm
	@$(WASM_OPT) $(OPT_SIZE) --enable-simd $(OPT_FEATURES) --strip-producers -o $@ $<
$(B)/wasm/alimentar-scalar.wasm: $(call objects,wasm-scalar,$(WASM_CORE) $(WASM_SRC)) $(UPSTREAM_OBJ:%=$(B)/obj/wasm-scalar/src/codec/%)
	@mkdir -p $(@D); $(CC) $(WASM_LDFLAGS) -Wl,--strip-debug -o $@ $^

# --- brotli for browsers: a module of its own, loaded where a file needs it ----------------------------
BROTLI_FLAGS := -isystem $(THIRD)/brotli/c/include -Iwasm/upstream
$(B)/wasm/brotli.wasm: wasm/brotli/brotli.c wasm/heap.c wasm/abi.h $(THIRD)/.stamp Makefile
	@mkdir -p $(@D) $(B)/obj/brotli; rm -f $(B)/obj/brotli/*
	@for part in $(THIRD)/brotli/c/{common,dec}/*.c; do \
	    $(CC) $(UPSTREAM_CFLAGS) $(SIMD_CFLAGS) $(BROTLI_FLAGS) -Os -c $$part \
	        -o $(B)/obj/brotli/$$(basename $$part).o; done
	@for part in wasm/heap.c wasm/brotli/brotli.c; do \
	    $(CC) $(CORE_CFLAGS) $(BROTLI_FLAGS) $(WASM_CFLAGS) $(SIMD_CFLAGS) -Os -c $$part \
	        -o $(B)/obj/brotli/ours-$$(basename $$part).o; done
	@$(CC) --target=wasm32 -nostdlib -Wl,--no-entry -Wl,--gc-sections -Wl,-z,stack-size=65536 -Wl,--stack-first \
	    -Wl,--strip-debug -o $(B)/obj/brotli/linked.wasm $(B)/obj/brotli/*.o
	@$(WASM_OPT) -Os --enable-simd $(OPT_FEATURES) --strip-producers -o $@ $(B)/obj/brotli/linked.wasm

# --- the npm package: sources as they are, the wasm, and both in one module --------------------------
WEB_SRC := $(sort $(wildcard web/src/*))
web: $(B)/web.stamp
$(B)/web.stamp: $(WEB_SRC) $(wildcard web/inline/*) $(B)/wasm/alimentar.wasm $(B)/wasm/brotli.wasm LICENSE
	@rm -rf web/dist; mkdir -p web/dist; cp $(WEB_SRC) $(B)/wasm/alimentar.wasm $(B)/wasm/brotli.wasm web/dist/
	@$(NODE) web/inline/bundle.mjs $(B)/wasm/alimentar.wasm web/dist/inline.js
	@cp LICENSE web/LICENSE; $(NODE) web/inline/sizes.mjs; touch $@

# --- documents: the reference pages are made from the headers and the types ---------------------------
.PHONY: docs
docs:
	@$(NODE) docs/reference.mjs $(B)/docs
	@echo "docs: $(B)/docs/c.md $(B)/docs/js.md"

# --- what the tests and tools add -------------------------------------------------------------------
include $(sort $(wildcard tests/*/rules.mk))

-include $(sort $(shell find $(B)/obj -name '*.d' 2>/dev/null))

# --- running tests: every family, whatever the others did -------------------------------------------
.PHONY: test test-families check help
test:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all asan
	@$(MAKE) --no-print-directory test-families
test-families:
	@$(NODE) tests/tools/families.mjs $(FAMILIES)

check: native wasm
	@$(NODE) tests/tools/families.mjs --in build/check lint unit

help:
	@sed -n 's/^#   //p' Makefile

# --- what building and testing need; where things go ------------------------------------------------
.PHONY: deps demo install uninstall
deps:
	@.ci/deps.sh

# The tools found at the top of this file may have come with deps: hence another make.
demo:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory run-demo

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
SHAREDIR   ?= $(PREFIX)/share
# Folders below the prefix are told by it, so that the tree can be moved (pkg-config --define-prefix).
in_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
$(B)/alimentar.pc: Makefile
	@mkdir -p $(@D); printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(call in_prefix,$(LIBDIR))' \
	    'includedir=$(call in_prefix,$(INCLUDEDIR))' '' \
	    'Name: alimentar' 'Description: Reads tabular data where it is used' 'Version: $(VERSION)' \
	    'Libs: -L$${libdir} -lalimentar' 'Libs.private: -pthread' 'Requires.private: libcurl zlib libzstd libbrotlidec' \
	    'Cflags: -I$${includedir}' > $@

install: native
	@rm -f $(B)/alimentar.pc; $(MAKE) --no-print-directory $(B)/alimentar.pc
	@install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/alimentar
	@install -m 755 $(B)/alimentar $(DESTDIR)$(BINDIR)/
	@install -m 644 $(B)/libalimentar.a $(DESTDIR)$(LIBDIR)/
	@install -m 755 $(B)/libalimentar.so.$(ABI) $(DESTDIR)$(LIBDIR)/
	@ln -sf libalimentar.so.$(ABI) $(DESTDIR)$(LIBDIR)/libalimentar.so
	@install -m 644 $(B)/alimentar.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	@install -d $(DESTDIR)$(SHAREDIR)/man/man1 $(DESTDIR)$(SHAREDIR)/bash-completion/completions \
	    $(DESTDIR)$(SHAREDIR)/zsh/site-functions $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d
	@install -m 644 $(B)/alimentar.1 $(DESTDIR)$(SHAREDIR)/man/man1/
	@install -m 644 $(B)/alimentar.bash $(DESTDIR)$(SHAREDIR)/bash-completion/completions/alimentar
	@install -m 644 $(B)/_alimentar $(DESTDIR)$(SHAREDIR)/zsh/site-functions/
	@install -m 644 $(B)/alimentar.fish $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d/
	@install -m 644 include/alimentar.h $(DESTDIR)$(INCLUDEDIR)/
	@install -m 644 include/alimentar/*.h $(DESTDIR)$(INCLUDEDIR)/alimentar/

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/alimentar $(DESTDIR)$(LIBDIR)/libalimentar.* \
	    $(DESTDIR)$(LIBDIR)/pkgconfig/alimentar.pc $(DESTDIR)$(INCLUDEDIR)/alimentar.h
	rm -rf $(DESTDIR)$(INCLUDEDIR)/alimentar
	rm -f $(DESTDIR)$(SHAREDIR)/man/man1/alimentar.1 \
	    $(DESTDIR)$(SHAREDIR)/bash-completion/completions/alimentar \
	    $(DESTDIR)$(SHAREDIR)/zsh/site-functions/_alimentar \
	    $(DESTDIR)$(SHAREDIR)/fish/vendor_completions.d/alimentar.fish

.PHONY: clean
clean:
	rm -rf $(B) web/dist web/LICENSE
