-- The sandbox's HTTP front: whom it calls back. What it does in a real nginx stands in spec/nginx/sandbox_spec.lua.

local inside = require "spec.support.inside"
local sandbox = require "twilio.sandbox"

describe("sandbox: StatusCallbacks over HTTP", function ()
  local front, box, connected, new, ready

  -- An nginx whose timers ring at once and whose sockets only say where they were to connect to.
  setup(function ()
    _G.ngx = {
      now = os.time, sleep = function () end,
      timer = { at = function (_, action) action() end, every = function () end },
      encode_base64 = function (text) return text end, hmac_sha1 = function (_, text) return text end,
      socket = { tcp = function ()
        return {
          settimeout = function () end,
          connect = function (_, host, port) connected = host .. ":" .. port end, -- nobody is there
        }
      end },
    }
    front, new, ready = require "twilio.sandbox.nginx", sandbox.new, os.tmpname()
    sandbox.new = function (config) box = new(config) return box end
    front.start(ready)
  end)
  teardown(function ()
    _G.ngx, sandbox.new = nil, new
    os.remove(ready)
  end)

  -- Where a callback to that URL connects to, or nil.
  local function called (url)
    connected = nil
    box:reset{ verification_delay = 0 }
    box:handle{ method = "POST", account = inside.account(box.account_sid, box.auth_token),
      url = "/2010-04-01/Accounts/" .. box.account_sid .. "/OutgoingCallerIds.json",
      body = "PhoneNumber=%2B14158675309&StatusCallback=" .. url }
    assert.equal(url, box:state().callbacks[1].url)
    return connected
  end

  for url, to in pairs{
    ["http://127.0.0.1:8080/x"] = "127.0.0.1:8080", ["http://127.200.3.4/x"] = "127.200.3.4:80",
    ["http://localhost?x=1"] = "127.0.0.1:80",
  } do
    it("go to " .. url, function () assert.equal(to, called(url)) end)
  end

  for _, url in ipairs{
    "http://127.evil.com/x", "http://127.0.0.1.evil.com/x", "http://localhost.evil.com/x", "http://evil.com/127.0.0.1",
    "http://127.0.0.1@evil.com/x", "http://127.1/x", "http://192.0.2.1/x", "https://127.0.0.1/x",
  } do
    it("do not go to " .. url, function () assert.is_nil(called(url)) end)
  end
end)
