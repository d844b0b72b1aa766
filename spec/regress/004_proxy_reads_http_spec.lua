-- A proxy that was set for a plain-http origin (loopback alone may be one) was sent the request, and the credential
-- with it, in clear.

local curl = require "twilio.curl"
local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"

describe("plain http over libcurl", function ()
  it("passes every proxy by", function ()
    local server = faults.start()
    finally(function () server:stop() end)
    local pool = assert(curl.pool{ proxy = "http://127.0.0.1:" .. server.ports.proxy })
    local response = pool:perform(requests.to(server:url("plain"), requests.account(server:url("plain")))())
    pool:close()
    assert.truthy(response)
    assert.equal(0, server:truth("proxy").connections)
  end)
end)
