# twilio.numbers. `make demo` and `make test` need nothing prepared; `make help` lists the rest.

PREFIX ?= /usr/local
CC ?= cc
AR ?= ar
OBJCOPY ?= objcopy
INSTALL ?= install
PKG_CONFIG ?= pkg-config
LUA ?= lua5.4

# The ABIs to build for: 5.4, and 5.1, which LuaJIT, OpenResty and PUC Lua 5.1 share.
LUAS ?= 5.4 5.1
INC_5.4 ?= $(shell $(PKG_CONFIG) --cflags lua5.4 2>/dev/null || echo -I/usr/include/lua5.4)
INC_5.1 ?= $(shell $(PKG_CONFIG) --cflags lua5.1 2>/dev/null || $(PKG_CONFIG) --cflags luajit 2>/dev/null \
             || echo -I/usr/include/lua5.1 -I/usr/include/luajit-2.1)
ifdef LUA_INCDIR # one Lua alone, its interpreter and headers named: this is how a rock is built
  LUAS := $(shell $(LUA) -e 'print((_VERSION:gsub("Lua ", "")))')
  INC_$(LUAS) := -I$(LUA_INCDIR)
endif
CURL_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
CURL_LIBS ?= $(shell $(PKG_CONFIG) --libs libcurl 2>/dev/null || echo -lcurl)

WERROR ?= -Werror
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wwrite-strings -Wcast-qual -Wundef $(WERROR)
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c99 -D_GNU_SOURCE $(WARN) -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
             -fPIC -fvisibility=hidden -Isrc/core -Isrc/curl $(CFLAGS)
# nodelete: a Lua state that closes must not unload code that another state still runs.
ALL_LDFLAGS = -shared -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now $(LDFLAGS)

CURL_BIND := src/bind/curl.c src/bind/message.c
CURL_SRC := $(addprefix src/core/,buf.c account.c field.c) $(wildcard src/curl/*.c) $(CURL_BIND)
CORE_SRC := $(wildcard src/core/*.c) $(filter-out $(CURL_BIND),$(wildcard src/bind/*.c))

objects = $(patsubst src/%.c,build/$(1)/obj/%.o,$(2))

all: $(foreach v,$(LUAS),build/$(v)/twilio/core.so build/$(v)/twilio/curl.so) ## build core.so and curl.so
core: $(foreach v,$(LUAS),build/$(v)/twilio/core.so) ## build core.so alone: no libcurl (OpenResty)

# Lua's headers are seen by src/bind alone, libcurl's by what becomes curl.so alone.
define LUA_template
build/$(1)/obj/bind/%.o: EXTRA = $$(INC_$(1))
build/$(1)/obj/curl/%.o: EXTRA = $$(CURL_CFLAGS)
$(call objects,$(1),$(CURL_BIND)): EXTRA = $$(INC_$(1)) $$(CURL_CFLAGS)
build/$(1)/obj/%.o: src/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) $$(EXTRA) -MMD -MP -c -o $$@ $$<
build/$(1)/twilio/core.so: $(call objects,$(1),$(CORE_SRC))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^
build/$(1)/twilio/curl.so: $(call objects,$(1),$(CURL_SRC))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(CURL_LIBS) -lm
# One object, so that a host sees luaopen_* and twilio_preload and no other name of ours.
build/$(1)/libtwilio.a: $(call objects,$(1),$(sort $(CORE_SRC) $(CURL_SRC)) src/static/preload.c) build/$(1)/obj/static/files.o
	$$(CC) -r -nostdlib -o build/$(1)/obj/twilio.o $$^
	$$(OBJCOPY) --localize-hidden build/$(1)/obj/twilio.o
	rm -f $$@ && $$(AR) rcs $$@ build/$(1)/obj/twilio.o
build/$(1)/obj/static/%.o: EXTRA = $$(INC_$(1)) -Isrc/static
build/$(1)/obj/static/files.o: build/static/files.c
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) $$(EXTRA) -c -o $$@ $$<
endef
$(foreach v,$(LUAS),$(eval $(call LUA_template,$(v))))

LUA_FILES := $(filter-out lua/twilio/meta.lua,$(wildcard lua/*.lua lua/*/*.lua lua/*/*/*.lua))
build/static/files.c: src/static/bundle.lua $(LUA_FILES)
	@mkdir -p $(@D)
	lua5.4 src/static/bundle.lua lua $(LUA_FILES) >$@
static: $(foreach v,$(LUAS),build/$(v)/libtwilio.a) ## one archive for C hosts, the Lua files in it

# build/ABI is what `make env` points to: by the Lua's name, or as it is told (see `asan`).
ABI ?= $(if $(findstring 5.4,$(LUA)),5.4,5.1)
env: ## print the LUA_PATH and LUA_CPATH lines; LUA=luajit for LuaJIT
	@echo "export LUA_PATH='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;'"
	@echo "export LUA_CPATH='$(CURDIR)/build/$(ABI)/?.so;;'"

# What the packages of a group bring, and a build.
ready = @.ci/setup $(1) && $(MAKE) --no-print-directory -s -j2 all $(2)

demo: ## a number's whole life against the sandbox, over https
	$(call ready,demo,LUAS=5.4)
	@.ci/demo

sandbox: ## a Twilio on this machine, in the foreground (PORT, TLS_PORT)
	@.ci/setup sandbox
	@lua/twilio/sandbox/serve

test: ## the whole suite, under each Lua
	$(call ready,test)
	@.ci/test

check: ## formatting, linters, the walls between the layers
	$(call ready,check)
	@CHECK_CFLAGS="-include .ci/noreturn.h $(filter-out -Werror -O2 -g,$(ALL_CFLAGS)) $(INC_5.4) $(CURL_CFLAGS)" .ci/check

conformance: ## Prism's judgement, by Twilio's own description (OPENAPI)
	$(call ready,test,LUAS=5.4)
	@.ci/conformance

docs: all ## generate docs/numbers.md and lua/twilio/meta.lua
	@eval "$$($(MAKE) --no-print-directory -s env LUA=lua5.4)" && lua5.4 docs/generate.lua

faults: ## the catalogue of faults: what was done, what came back
	$(call ready,test)
	@.ci/faults

# What the suite does with fewer purchases. The model is pure Lua: LuaJIT runs it fastest.
MODEL_PURCHASES ?= 1000000
model: ## the purchase policy in a virtual world of faults: a million purchases a mode
	$(call ready,test)
	@eval "$$($(MAKE) --no-print-directory -s env LUA=luajit)"; \
	MODEL_PURCHASES=$(MODEL_PURCHASES) luajit /usr/bin/busted -o plainTerminal spec/model

CHAOS_PURCHASES ?= 50000
chaos: ## 50,000 purchases over sockets on a failing sandbox; and a naive client's, for comparison
	$(call ready,test)
	@eval "$$($(MAKE) --no-print-directory -s env)"; \
	CHAOS_NAIVE=1 CHAOS_PURCHASES=$(CHAOS_PURCHASES) lua5.4 /usr/bin/busted -o plainTerminal spec/chaos

# The interpreter knows nothing of the sanitizers, so their runtime is preloaded. Leaks are looked for where no other
# programs are started, which have their own, and where memory does not run out: lua-cjson 2.1 then leaks. Specs that
# measure memory or preload something themselves are left out.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
sanitized = @.ci/setup test && $(MAKE) --no-print-directory -s -j2 all LUAS=5.4-asan INC_5.4-asan="$(INC_5.4)" \
  CFLAGS="-O1 -g $(SANITIZE)" LDFLAGS="$(SANITIZE)"
under_asan = @ABI=5.4-asan ONLY=lua5.4 \
  UNDER="env LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=$(1)" .ci/test
asan: ## the suite under AddressSanitizer and UndefinedBehaviorSanitizer
	$(sanitized)
	$(call under_asan,1) spec/core $(filter-out %/memory_spec.lua,$(wildcard spec/bind/*_spec.lua))
	$(call under_asan,0) spec/lua spec/transport spec/regress $(addprefix spec/faults/,$(addsuffix _spec.lua,answers input json))
oom: ## every allocation fails, once and for good: Lua's, libcurl's, OpenSSL's, our own
	$(call ready,test)
	@.ci/test spec/bind/memory_spec.lua spec/faults/memory_spec.lua
	$(sanitized)
	$(call under_asan,0) spec/bind/memory_spec.lua

bench: ## what a call costs, beside plain libcurl; waiting; nginx; the sandbox
	$(call ready,bench)
	@eval "$$($(MAKE) --no-print-directory -s env)"; set -e; \
	for part in curl waits nginx; do echo "== $$part"; lua5.4 bench/$$part.lua; done; echo "== sandbox"; bench/sandbox.sh

# One fuzzer a file of spec/fuzz, over the core alone; what they learn is kept in build/fuzz.
FUZZ_TIME ?= 30
FUZZERS := $(patsubst spec/fuzz/%.c,build/fuzz/%,$(wildcard spec/fuzz/*.c))
fuzz: ## fuzz the parsers, FUZZ_TIME seconds each
	@.ci/setup fuzz
	@$(MAKE) --no-print-directory -s $(FUZZERS)
	@set -e; for fuzzer in $(FUZZERS); do \
	  name=$${fuzzer##*/}; mkdir -p $$fuzzer.corpus; \
	  dict=$$(ls spec/fuzz/$$name.dict 2>/dev/null | sed 's/^/-dict=/'); \
	  $$fuzzer -max_total_time=$(FUZZ_TIME) -print_final_stats=1 -artifact_prefix=build/fuzz/ $$dict \
	    $$fuzzer.corpus 2>$$fuzzer.log || { cat $$fuzzer.log; exit 1; }; \
	  echo "$$name: nothing found in $$(sed -n 's/^stat::number_of_executed_units: *//p' $$fuzzer.log) inputs"; done
build/fuzz/%: spec/fuzz/%.c $(wildcard src/core/*.[ch])
	@mkdir -p $(@D)
	clang -std=c99 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	  -Isrc/core -o $@ $(filter %.c,$^)

# $$v is the shell's: each ABI has directories of its own. A rock, built for one ABI, names them itself.
LUADIR ?= $(PREFIX)/share/lua/$$v
LIBDIR ?= $(PREFIX)/lib/lua/$$v
install_objects = @set -e; umask 022; for v in $(LUAS); do \
  $(INSTALL) -d "$(DESTDIR)$(LIBDIR)/twilio"; \
  $(INSTALL) -m 755 $(foreach o,$(1),build/$$v/twilio/$(o).so) "$(DESTDIR)$(LIBDIR)/twilio"; \
  (cd lua && find . -type d) | while read -r dir; do $(INSTALL) -d "$(DESTDIR)$(LUADIR)/$$dir"; done; \
  (cd lua && find . -type f) | while read -r file; do \
    if [ -x "lua/$$file" ]; then mode=755; else mode=644; fi; \
    $(INSTALL) -m $$mode "lua/$$file" "$(DESTDIR)$(LUADIR)/$$file"; done; done

install: all ## install for 5.4 and the 5.1 ABI (PREFIX, DESTDIR, LUAS)
	$(call install_objects,core curl)
install-core: core ## the same without curl.so: no libcurl (OpenResty)
	$(call install_objects,core)

clean: ## remove what was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' Makefile | expand -t 14

.PHONY: all core static env demo sandbox test check conformance docs asan oom faults model chaos bench fuzz install install-core clean help
.DEFAULT_GOAL := all
-include $(shell find build -name '*.d' 2>/dev/null)
