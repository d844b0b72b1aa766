# twilio.numbers: `make demo` and `make test` need nothing prepared; `make help` lists the rest.

VERSION := $(shell sed -n 's/^return "\(.*\)"$$/\1/p' lua/twilio/version.lua)
PREFIX ?= /usr/local
CC ?= cc
PKG_CONFIG ?= pkg-config

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wwrite-strings -Wcast-qual -Wundef -Werror
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c99 -D_GNU_SOURCE $(WARN) $(HARDEN) -fPIC -fvisibility=hidden -Isrc/core -Isrc/curl -MMD -MP $(CFLAGS)
ALL_LDFLAGS = -shared -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now $(LDFLAGS)

CORE_SRC := $(wildcard src/core/*.c)
SHARED_SRC := src/core/buf.c src/core/account.c
CORE_BIND := src/bind/core.c src/bind/request.c src/bind/result.c src/bind/account.c src/bind/http1.c
CURL_BIND := src/bind/curl.c src/bind/message.c

# Where each Lua's headers are. 5.1 is the ABI that LuaJIT and PUC Lua share: either's headers do.
INC_5.4 ?= $(shell $(PKG_CONFIG) --cflags lua5.4 2>/dev/null || echo -I/usr/include/lua5.4)
INC_5.1 ?= $(shell $(PKG_CONFIG) --cflags lua5.1 2>/dev/null || $(PKG_CONFIG) --cflags luajit 2>/dev/null || echo -I/usr/include/lua5.1)
CURL_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
CURL_LIBS ?= $(shell $(PKG_CONFIG) --libs libcurl 2>/dev/null || echo -lcurl)

objects = $(patsubst src/%.c,build/$(1)/obj/%.o,$(2))

.PHONY: all core clean
all: build/5.4/twilio/core.so build/5.4/twilio/curl.so build/5.1/twilio/core.so build/5.1/twilio/curl.so
core: build/5.4/twilio/core.so build/5.1/twilio/core.so

define LUA_template
build/$(1)/obj/%.o: src/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) $$(if $$(findstring bind/,$$*),$$(INC_$(1))) $$(if $$(findstring curl/,$$*)$$(findstring bind/curl,$$*)$$(findstring bind/message,$$*),$$(CURL_CFLAGS)) -c -o $$@ $$<
build/$(1)/twilio/core.so: $(call objects,$(1),$(CORE_SRC) $(CORE_BIND))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^
build/$(1)/twilio/curl.so: $(call objects,$(1),$(SHARED_SRC) $(wildcard src/curl/*.c) $(CURL_BIND))
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(CURL_LIBS)
endef
$(eval $(call LUA_template,5.4))
$(eval $(call LUA_template,5.1))

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
