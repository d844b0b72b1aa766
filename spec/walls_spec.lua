-- The walls that `make check` guards (.ci/walls.lua): each is broken in a copy of the sources, and seen to be.

local system = require "spec.support.system"

local shell = system.shell

describe("the walls between the layers", function ()
  local copy
  setup(function ()
    copy = shell "mktemp -d"
    shell("cp -r src lua " .. copy)
  end)
  teardown(function () shell("rm -rf " .. copy) end)

  -- What the check says in a directory, and its status on a line of its own.
  local function look (directory)
    return shell(("check=$PWD/.ci/walls.lua; cd %s && lua5.4 $check 2>&1; echo $?"):format(directory))
  end

  -- What it says of a file with one more line.
  local function broken (path, line)
    local name = copy .. "/" .. path
    local file = io.open(name, "r")
    local before = file and file:read("*a")
    if file then file:close() end
    file = assert(io.open(name, "w"))
    file:write(line, "\n", before or "")
    file:close()
    local said = look(copy)
    os.remove(name)
    if before then
      file = assert(io.open(name, "w"))
      file:write(before)
      file:close()
    end
    return said
  end

  it("stand", function () assert.equal("0", look(copy)) end)

  it("are not taken for standing where there is nothing to look at", function ()
    assert.truthy(look(copy .. "/src/bind"):find("\n1$"))
  end)

  for _, case in ipairs{
    { "src/core/buf.c", '#include <lua.h>' }, { "src/core/buf.c", '#include "lua.h"' },
    { "src/core/buf.c", '#include "curl/curl.h"' }, { "src/core/buf.c", '#include <stdio.h>' },
    { "src/core/buf.h", '#include "stdio.h"' }, { "src/core/buf.c", '#include "../curl/exchange.h"' },
    { "src/core/buf.c", '#include "../bind/../curl/pool.h"' }, { "src/core/buf.c", '#include "exchange.h"' },
    { "src/core/new.c", '# include <unistd.h>' },
    { "src/curl/pool.c", '#include "lua.h"' }, { "src/curl/pool.c", '#include "lauxlib.h"' },
    { "src/curl/pool.c", '#include "../bind/compat.h"' }, { "src/curl/pool.c", '#include "../bind/raw.h"' },
    { "src/bind/compat.h", '#include <curl/curl.h>' }, { "src/bind/compat.h", '#include "../curl/pool.h"' },
    { "src/bind/core.c", '#include "lualib.h"' }, { "src/bind/core.c", '#include "curl/curl.h"' },
    { "src/bind/result.c", '#include "../curl/exchange.h"' }, { "src/bind/result.c", '#include "pool.h"' },
    { "src/bind/request.c", '#include "message.h"' }, { "src/bind/http1.h", '#include "../static/bundle.h"' },
    { "src/bind/curl.c", '#include "op.h"' }, { "src/bind/curl.c", '#include "../core/op.h"' },
    { "src/bind/curl.c", '#include "../core/op_rows.h"' }, { "src/bind/message.h", '#include "../core/form.h"' },
    { "src/bind/message.c", '#include <lua.h>' },
    { "src/static/preload.c", '#include "../core/buf.h"' }, { "src/static/preload.c", '#include "exchange.h"' },
    { "src/static/preload.c", '#include "../bind/core.h"' }, { "src/static/twilio.h", '#include "../bind/raw.h"' },
    { "src/curl/pool.c", "#if LUA_VERSION_NUM < 502\n#endif" },
    { "lua/twilio/client.lua", 'require "twilio"' }, { "lua/twilio/open.lua", 'require "twilio"' },
    { "lua/twilio/client.lua", 'require "twilio.transport.curl"' },
    { "lua/twilio/client.lua", 'pcall(require, "twilio.curl")' },
    { "lua/twilio/client.lua", "require [[twilio.operations]]" },
    { "lua/twilio/client.lua", 'require("twilio" .. ".operations")' }, { "lua/twilio/client.lua", "local f = require" },
    { "lua/twilio/client.lua", 'local _ = require "twilio.core", require "twilio.operations"' },
    { "lua/twilio/settings.lua", "require 'twilio.core'" },
    { "lua/twilio/config.lua", 'require "twilio.transport.curl"' },
    { "lua/twilio/given.lua", 'require "twilio.curl"' }, { "lua/twilio/plan.lua", 'require "twilio.client"' },
    { "lua/twilio/plan.lua", "transport:send(request)" },
    { "lua/twilio/order.lua", "transport.send(transport, request)" },
    { "lua/twilio/call.lua", "core.sleep(1)" }, { "lua/twilio/fate.lua", "local now = core.now" },
    { "lua/twilio/retry.lua", "os.time()" }, { "lua/twilio/retry.lua", "math.random()" },
    { "lua/twilio/retry.lua", 'require "twilio.core"' }, { "lua/twilio/errors.lua", 'require "twilio.core"' },
    { "lua/twilio/pager.lua", 'require "twilio.core"' }, { "lua/twilio/search.lua", 'require "twilio.core"' },
    { "lua/twilio/purchase.lua", 'require "twilio.client"' }, { "lua/twilio/transfer.lua", 'require "twilio.client"' },
    { "lua/twilio/operations.lua", 'require "twilio.client"' },
    { "lua/twilio/transport/cosocket.lua", 'require "twilio.curl"' },
    { "lua/twilio/transport/cosocket.lua", 'require "twilio.tasks"' },
    { "lua/twilio/transport/curl.lua", 'require "twilio.client"' },
    { "lua/twilio/transport/new.lua", 'require "twilio.client"' },
    { "lua/twilio/sandbox.lua", 'require "twilio.core"' }, { "lua/twilio/sandbox/book.lua", 'require "twilio.errors"' },
  } do
    it(case[1] .. " with " .. case[2]:gsub("\n", " "), function ()
      local said = broken(case[1], case[2])
      assert.truthy(said:find("^" .. case[1]:gsub("%p", "%%%0") .. ":1: [^\n]+\n1$"), said)
    end)
  end

  it("let in what may come in, however it is written", function ()
    for path, line in pairs{
      ["src/core/buf.c"] = '#include "./../core/text.h"', ["src/curl/pool.c"] = '#include "../core/op.h"',
      ["src/bind/curl.c"] = '#include "../curl/pool.h"', ["lua/twilio/retry.lua"] = "-- os.time() is not asked",
      ["lua/twilio/client.lua"] = 'require "cjson"', ["lua/twilio/sandbox/book.lua"] = 'require "twilio.sandbox.json"',
    } do assert.equal("0", broken(path, line)) end
  end)
end)
