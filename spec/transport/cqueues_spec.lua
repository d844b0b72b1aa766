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
local system = require "spec.support.system"
local transport = require "examples.cqueues.transport"
local twilio = require "twilio"

contract("cqueues", function ()
  return function (settings, origin, requests)
    local loop, results = cqueues.new(), nil
    loop:wrap(function () results = run(transport.new, settings, origin, requests) end)
    assert(loop:loop())
    return results
  end
end, { proxy = "the example has none" })

describe("the example for cqueues", function ()
  it("carries tasks, one after another, without holding up its loop", function ()
    local server = sandbox.start()
    server:faults{ rules = { { path = "AvailablePhoneNumbers", fault = "delay", seconds = 0.4 } } }
    local waits = transport.new{ ca_file = server.ca_file }
    local client = assert(twilio.new{ transport = waits, api_url = server.tls_url, account_sid = server.account_sid,
                                      auth_token = server.auth_token })
    local loop, results, ticks = cqueues.new(), nil, 0
    loop:wrap(function ()
      local group = client:tasks()
      for _ = 1, 2 do group:add(client.numbers.search_local, { country_code = "US" }) end
      results = group:wait()
    end)
    loop:wrap(function ()
      while not results do
        cqueues.sleep(0.02)
        ticks = ticks + 1
      end
    end)
    local began = os.clock()
    local ended, why = loop:loop(5)
    local spent = os.clock() - began
    waits:close()
    server:stop()
    assert(ended, why)
    for i = 1, 2 do assert(results[i][1], results[i][2]) end
    assert.is_true(ticks >= 8 and spent < 0.2, spent)   -- a loop that is held up ticks once, and its processor is busy
  end)

  -- What the example prints for these area codes.
  local function search (server, codes)
    return system.shell(("TWILIO_API_URL=%s TWILIO_CA_FILE=%s TWILIO_ACCOUNT_SID=%s TWILIO_AUTH_TOKEN=%s "
      .. "lua5.4 examples/cqueues/search.lua %s 2>&1"):format(server.tls_url, server.ca_file, server.account_sid,
      server.auth_token, codes))
  end

  it("searches at the same time", function ()
    local server = sandbox.start()
    server:faults{ rules = { { path = "AvailablePhoneNumbers", fault = "delay", seconds = 0.4 } } }
    local started = core.now()
    local said = search(server, "415 212 305")
    local elapsed = core.now() - started
    server:stop()
    for area_code in ("415 212 305"):gmatch "%d+" do
      assert.truthy(said:find(area_code .. "\t+1" .. area_code, 1, true), said)
    end
    assert.is_true(elapsed >= 0.4 and elapsed < 1.1)   -- one after the other: 1.2
  end)

  it("tells nothing found from a failure", function ()
    local server = sandbox.start()
    local none, failure = search(server, "999"), search(server, "x")
    server:stop()
    assert.equal("999\tnone", none)
    assert.truthy(failure:find("^x\t.*area_code"), failure)
  end)
end)
