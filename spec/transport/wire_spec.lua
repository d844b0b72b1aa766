-- What a server really gets: the whole client over libcurl, against one that records every byte.

local faults = require "spec.support.faults"
local scan = require "spec.support.scan"
local twilio = require "twilio"

local SID, TOKEN, NUMBER = "AC" .. ("a1"):rep(16), "the-token-of-the-wire-spec", "PN" .. ("b2"):rep(16)

local VALUES = {
  spaces = " a  b ", plus = "+44 20", ampersand = "a&b=c", percent = "100%41", hash = "#1", lines = "one\r\ntwo\n",
  utf8 = "café ☎ 日本", bytes = "\0\127\255", quotes = "\"'\\<>", path = "/../?x;y", unreserved = "A-z_0.9~",
}

-- The pairs of a query or a form, decoded as a server does.
local function decode (text)
  local pairs_sent = {}
  for name, value in text:gmatch "([^&=]+)=([^&]*)" do
    value = value:gsub("+", " "):gsub("%%(%x%x)", function (hex) return string.char(tonumber(hex, 16)) end)
    pairs_sent[name] = value
  end
  return pairs_sent
end

describe("on the wire", function ()
  local server, client

  setup(function ()
    server = faults.start()
    client = assert(twilio.new{ account_sid = SID, auth_token = TOKEN, ca_file = server.ca, api_url = server:url "good",
                                max_attempts = 1 })
  end)
  teardown(function ()
    client:close()
    server:stop()
  end)
  before_each(function ()
    server:reset()
    server:script("good", { every_request = { { reply = { status = 404 } } } })
  end)

  -- What was recorded of the one request that f makes.
  local function recorded (f, given)
    local _, err = f(given)
    assert.equal("api", err.kind)
    local truth = server:truth("good")
    assert.equal(1, truth.requests)
    return truth.last[1]
  end

  for name, value in pairs(VALUES) do
    it("a query decodes to what was given: " .. name, function ()
      local seen = recorded(client.numbers.list_incoming, { friendly_name = value })
      assert.same({ FriendlyName = value }, decode(seen.target:match "%?(.*)$"))
    end)

    it("a form decodes to what was given: " .. name, function ()
      local seen = recorded(client.numbers.update_incoming, { sid = NUMBER, friendly_name = value, voice_url = "" })
      assert.same({ FriendlyName = value, VoiceUrl = "" }, decode(seen.body))
      assert.equal("application/x-www-form-urlencoded", seen.headers["content-type"])
    end)
  end

  it("the credential is in the Authorization header, and nowhere else", function ()
    local seen = recorded(client.numbers.update_incoming, { sid = NUMBER, friendly_name = "x" })
    assert.equal("Basic " .. scan.base64(SID .. ":" .. TOKEN), seen.headers.authorization)
    seen.headers.authorization = nil
    assert.is_nil(scan.find(seen, TOKEN))
  end)
end)
