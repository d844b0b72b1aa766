-- A finalizer that closed the client, run by the collector in the middle of one of its requests, took the exchange away
-- under the binding's hands.

local curl = require "twilio.curl"
local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"

describe("a pool that a finalizer closes", function ()
  it("ends its request first, or refuses the next", function ()
    local server = faults.start()
    finally(function () server:stop() end)
    server:script("plain", { every_request = { "answer" } })
    local request = requests.to(server:url("plain"), requests.account(server:url("plain")))
    local newproxy = rawget(_G, "newproxy")
    for _ = 1, 30 do
      local pool = assert(curl.pool{ proxy = "" })
      local function finalize () pool:close() end
      if newproxy then   -- 5.1 has no other way to a finalizer
        getmetatable(newproxy(true)).__gc = finalize
      else
        setmetatable({}, { __gc = finalize })
      end
      local response, failure
      repeat response, failure = pool:perform(request()) until not response
      assert.equal("closed", failure.kind)
    end
  end)
end)
