-- In nginx a TLS handshake may be over without a wait. ngx_lua then hides a refused certificate: asked for no session
-- it answers true, on a connection that it has closed ("closed" at the first byte, as if the server had gone); asked
-- for one it raises "assertion failed!". A refused certificate must be told as one, with nothing sent.

local core = require "twilio.core"
local cosocket = require "twilio.transport.cosocket"

-- A cosocket that behaves so, whatever the session it is asked for.
local function quick ()
  local socket = { sent = 0 }
  function socket.settimeouts () end
  function socket.getreusedtimes () return 0 end
  function socket.connect () return 1 end
  function socket.close () return 1 end
  function socket.sslhandshake (_, session)
    if session == false then return true end
    error "assertion failed!"
  end
  function socket.send ()
    socket.sent = socket.sent + 1
    return nil, "closed"
  end
  return socket
end

describe("a certificate that nginx refuses in a handshake without a wait", function ()
  local before
  setup(function () before = rawget(_G, "ngx") end)
  teardown(function () rawset(_G, "ngx", before) end)

  it("is a certificate failure, and nothing is sent", function ()
    local socket = quick()
    rawset(_G, "ngx", { socket = { tcp = function () return socket end } })
    local sid = "AC" .. ("0"):rep(32)
    local account = core.account{ account_sid = sid, user = sid, secret = "x", api_url = "https://a.example" }
    local response, failure = cosocket.new{}:send{ method = "GET", url = "https://a.example/x", headers = {},
      account = account, timeout = 1 }
    assert.is_nil(response)
    assert.equal("certificate", failure.kind)
    assert.equal(0, failure.sent)
    assert.is_false(failure.transient)
    assert.equal(0, socket.sent)
  end)
end)
