-- The catalogue of faults, 4.5, the first half: memory runs out, at every allocation in turn. Each sweep is a child's
-- (spec/support/sweep.lua), so that a crash is one test's failure, and nothing but it allocates there.

local catalogue = require "spec.support.catalogue"
local child = require "spec.support.child"
local faults = require "spec.support.faults"
local native = require "spec.support.native"

local server

-- malloc without its caches: then what it has given out is what somebody holds.
local MALLOC = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0"

local function sweep (what, ...)
  local arguments = {}
  for i = 1, select("#", ...) do arguments[i] = ("%q"):format((select(i, ...))) end
  -- LuaJIT's compiler crashes by itself where its own memory runs out while it records a trace.
  local code = 'if rawget(_G, "jit") then require("jit").off() end print(require("spec.support.sweep").%s(%s))'
  local said, status = child.run(code:format(what, table.concat(arguments, ", ")),
    { before = ("LD_PRELOAD=%s %s"):format(native.library("memory"), MALLOC) })
  assert.equal(0, status, said)
  assert.truthy(said:find("^[%w/ :]*%d+ allocations failed"), said)
  assert.is_nil(said:find(" 0 allocations"), said)
  return said
end

describe("faults of memory", function ()
  local fault = catalogue.faults(it)

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)

  fault(89, "Lua's allocation number n fails, once and for good, for every n", function (came)
    came(sweep("lua"))
  end)

  fault(90, "libcurl's allocation number n fails", function (came)
    -- Over plain http: over TLS libcurl 7.88.1 frees a session's name twice when there is no memory to keep it.
    came(sweep("client", "libcurl", server:url("plain"), server.ca, "100"))
  end)

  fault(91, "our own malloc, OpenSSL's and the core's number n fails", function (came)
    came(sweep("client", "twilio/curl", server:url("good"), server.ca, "100"))
    came(sweep("client", "libcrypto", server:url("good"), server.ca, "30"))
    came(sweep("client", "libssl", server:url("good"), server.ca, "10"))
    came(sweep("reader", "twilio/core"))
  end)

  it("no memory for a response is called so over libcurl", function ()
    server:script("plain", { every_request = { { reply = { status = 200, body = "ab" } } } })
    local said, status = child.run(([[
      package.path, package.cpath = %q, %q
      local curl, requests = require "twilio.curl", require "spec.transport.requests"
      local memory = require("spec.support.native").load("memory")
      local url = %q
      local request = requests.to(url, requests.account(url))
      for n = 1, 2 do   -- its head, its body
        local pool = curl.pool{ proxy = "" }
        local exchange = pool:start(request())
        memory.arm("twilio/curl", n, false)
        local _, failure = exchange:take()
        print(memory.disarm(), failure.kind, failure.sent, failure.message)
      end
    ]]):format(package.path, package.cpath, server:url("plain")),
      { before = "LD_PRELOAD=" .. native.library("memory") })
    local each = "true\tlimit\t1\tno memory for the response"
    assert.same({ 0, each .. "\n" .. each }, { status, said })
  end)

  fault(92, "memory runs out around a purchase, at every allocation", function (came)
    came(sweep("purchase"))
  end)
end)
