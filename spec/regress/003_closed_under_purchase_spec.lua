-- A purchase that was out when another task closed the client was reported as never sent. Later it was looked for, in
-- vain, for the eight seconds that a doubted one is.

local faults = require "spec.support.faults"
local twilio = require "twilio"

describe("a client that is closed while a purchase is out", function ()
  it("leaves the purchase in doubt at once, for it may have been made", function ()
    local server = faults.start()
    finally(function () server:stop() end)
    server:script("plain", { every_request = { { wait = 1 }, "answer" } })
    local client = assert(twilio.new{ account_sid = "AC" .. ("a1"):rep(16), auth_token = "x",
                                      api_url = server:url("plain") })
    local tasks = client:tasks{ concurrency = 2 }
    tasks:add(client.numbers.buy, { phone_number = "+14155550123" })
    tasks:add(function ()
      client.numbers.list_incoming{ deadline = 0.3 }
      client:close()
    end)
    local err = tasks:wait()[1][2]
    assert.equal("ambiguous", err.kind)
    assert.is_true(err.maybe_applied)
    assert.truthy(err.elapsed < 2)
  end)
end)
