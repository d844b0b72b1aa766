-- The example for cqueues keeps the contract. Its packages are there for Lua 5.4 alone.

local found, cqueues = pcall(require, "cqueues")
local luaossl = found and pcall(require, "openssl.ssl.context")
if _VERSION ~= "Lua 5.4" or not luaossl then
  return pending "the contract over cqueues needs Lua 5.4 with cqueues and luaossl"
end

local contract = require "spec.transport.contract"
local core = require "twilio.core"
local run = require "spec.transport.run"
local sandbox = require "spec.support.sandbox"
local transport = require "examples.cqueues.transport"

contract("cqueues", function ()
  return function (settings, origin, requests)
    local loop, results = cqueues.new(), nil
    loop:wrap(function () results = run(transport.new, settings, origin, requests) end)
    assert(loop:loop())
    return results
  end
end, { proxy = "the example has none" })

describe("the example for cqueues", function ()
  it("searches at the same time", function ()
    local server = sandbox.start()
    server:faults{ rules = { { path = "AvailablePhoneNumbers", fault = "delay", seconds = 0.4 } } }
    local started = core.now()
    local pipe = assert(io.popen(("TWILIO_API_URL=%s TWILIO_CA_FILE=%s TWILIO_ACCOUNT_SID=%s TWILIO_AUTH_TOKEN=%s "
      .. "lua5.4 examples/cqueues/search.lua 415 212 305 2>&1"):format(server.tls_url, server.ca_file,
      server.account_sid, server.auth_token)))
    local said = pipe:read("*a")
    pipe:close()
    local elapsed = core.now() - started
    server:stop()
    for area_code in ("415 212 305"):gmatch "%d+" do
      assert.truthy(said:find(area_code .. "\t+1" .. area_code, 1, true), said)
    end
    assert.is_true(elapsed >= 0.4 and elapsed < 1.1)   -- one after the other: 1.2
  end)
end)
