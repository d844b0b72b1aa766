-- Who gets the credential. (What an account takes: spec/bind/account_spec.lua.)

local core = require("spec.support.native").load("core")

local SID = "AC" .. ("0"):rep(32)

local function authorization (url, origin)
  return (core.authorization(SID, "secret", origin or "https://api.twilio.com", url))
end

local function decode (text)
  local bits, bytes = 0, {}
  local value = 0
  local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  for char in text:gsub("=", ""):gmatch(".") do
    value, bits = value * 64 + digits:find(char, 1, true) - 1, bits + 6
    if bits >= 8 then
      bits = bits - 8
      bytes[#bytes + 1] = string.char(math.floor(value / 2 ^ bits))
      value = value % 2 ^ bits
    end
  end
  return table.concat(bytes)
end

describe("an account's credential", function ()
  it("is its user and secret in Basic form, whatever their length", function ()
    for length = 1, 128 do
      local secret = ("s"):rep(length)
      local value = core.authorization(SID, secret, "https://a", "https://a/")
      assert.equal(SID .. ":" .. secret, decode(value:match("^Basic (.*)$")))
      assert.equal(0, (#value - 6) % 4)
    end
  end)

  it("goes to its own origin alone", function ()
    assert.truthy(authorization("https://api.twilio.com/x"))
    assert.truthy(authorization("https://api.twilio.com?x"))
    for _, url in ipairs{ "https://api.twilio.com", "https://api.twilio.com.evil.example/",
      "https://api.twilio.com@evil.example/",
        "https://api.twilio.com:8443/", "http://api.twilio.com/", "https://evil.example/",
        "https://API.twilio.com/", "", "/x",
        "https://api.twilio.co/x", "https://api.twilio.com#x", "https://api.twilio.com\\x",
        " https://api.twilio.com/" } do
      assert.is_nil(authorization(url), url)
    end
    assert.truthy(authorization("http://127.0.0.1:8010/x", "http://127.0.0.1:8010"))
    assert.is_nil(authorization("http://127.0.0.1:80100/x", "http://127.0.0.1:8010"))
  end)

  it("is gone to the last byte after close", function ()
    assert.is_true((select(2, core.authorization(SID, "secret", "https://a", "https://a/"))))
  end)
end)
