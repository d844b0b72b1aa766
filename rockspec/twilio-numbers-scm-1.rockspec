rockspec_format = "3.0"
package = "twilio-numbers"
version = "scm-1"
source = {
  -- Published nowhere yet: `luarocks make` in a checkout builds what lies there, and asks no URL. Who publishes it puts
  -- the address here.
  url = "git+file://.",
}
description = {
  summary = "Twilio's phone numbers: search, buy, configure, list, release, verify",
  detailed = [[
    A Lua extension module in C for Twilio's phone-number API. One set of functions and iterators for scripts (libcurl),
    concurrent tasks, nginx/OpenResty and hosts in C; it never buys twice and never reports an unknown outcome as a failure.]],
  license = "MIT",
  labels = { "twilio", "phone", "http", "openresty" },
}
supported_platforms = { "linux" }
dependencies = {
  "lua >= 5.1, ~= 5.2, ~= 5.3", -- 5.4, and what shares 5.1's ABI: LuaJIT, OpenResty, PUC Lua 5.1
  "lua-cjson >= 2.1",
}
external_dependencies = {
  CURL = { header = "curl/curl.h", library = "curl" },
}
build = {
  type = "make",
  -- LUA_INCDIR tells the Makefile to build for the one Lua that the rock is for.
  build_variables = {
    CFLAGS = "$(CFLAGS)",
    WERROR = "",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    CURL_CFLAGS = "-I$(CURL_INCDIR)",
    CURL_LIBS = "-L$(CURL_LIBDIR) -lcurl",
  },
  install_variables = {
    WERROR = "",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
  },
}
