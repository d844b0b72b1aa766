-- What a checked call becomes on the wire, and which page may follow which.

local core = require "twilio.core"
local rows = require "spec.support.rows"

local PN, ROOT = rows.sid("PN"), "https://api.twilio.com/2010-04-01/Accounts/" .. rows.account_sid
local account

local function request (name, params)
  return assert(core.request(name, account, params))
end

local function decode (text)
  return (text:gsub("%%(%x%x)", function (hex) return string.char(tonumber(hex, 16)) end))
end

describe("core.request", function ()
  before_each(function () account = rows.account() end)

  it("answers a table with what the wire and the policy need, and nothing else", function ()
    assert.same({
      operation = "buy", class = "buy", method = "POST", url = ROOT .. "/IncomingPhoneNumbers.json",
      headers = { Accept = "application/json", ["Content-Type"] = "application/x-www-form-urlencoded" },
      body = "PhoneNumber=%2B14155550123&VoiceUrl=https%3A%2F%2Fexample.com%2F%3Fa%3D1%262",
      account = account, phone_number = "+14155550123",
    }, request("purchasePhoneNumber", { phone_number = "+14155550123", voice_url = "https://example.com/?a=1&2" }))
  end)

  it("gives a GET neither body nor content type", function ()
    local sent = request("list_incoming", { page_size = 20 })
    assert.same({ Accept = "application/json" }, sent.headers)
    assert.is_nil(sent.body)
  end)

  it("gives a POST without fields an empty body", function ()
    assert.equal("", request("update_outgoing", { sid = PN }).body)
  end)

  it("tells the policy the sid, the area code and the country as they go out", function ()
    assert.equal(PN, request("release", { sid = PN }).sid)
    assert.equal("415", request("buy", { area_code = 415.0 }).area_code)
    assert.equal("US", request("search_local", { country = "us" }).country_code)
  end)

  it("calls an update with a new owner a transfer", function ()
    assert.equal("update", request("update_incoming", { sid = PN }).class)
    local sent = request("update_incoming", { sid = PN, transfer_to = rows.sid("AC", "b") })
    assert.same({ "transfer", "AccountSid=" .. rows.sid("AC", "b") }, { sent.class, sent.body })
  end)

  it("puts another account and version into the path alone", function ()
    local sent = request("list_incoming", { account_sid = rows.sid("AC", "b"), api_version = "2008-08-01" })
    assert.equal("https://api.twilio.com/2008-08-01/Accounts/" .. rows.sid("AC", "b") .. "/IncomingPhoneNumbers.json",
      sent.url)
    assert.equal(account, sent.account)
  end)

  it("builds on the account's origin and version", function ()
    account = assert(core.account{ account_sid = rows.account_sid, secret = "s", api_url = "http://127.0.0.1:8010",
      api_version = "2008-08-01" })
    assert.equal("http://127.0.0.1:8010/2008-08-01/Accounts/" .. rows.account_sid .. "/Addresses.json",
      request("list_addresses").url)
  end)

  it("fills every gap of a deep path", function ()
    assert.equal(ROOT .. "/IncomingPhoneNumbers/" .. PN .. "/AssignedAddOns/" .. rows.sid("XE") .. "/Extensions/"
      .. rows.sid("XF") .. ".json", request("get_add_on_extension",
      { resource_sid = PN, assigned_add_on_sid = rows.sid("XE"), sid = rows.sid("XF") }).url)
  end)

  it("keeps the unreserved characters and encodes every other byte, in forms and queries alike", function ()
    local every = {}
    for byte = 0, 255 do every[#every + 1] = string.char(byte) end
    every = table.concat(every)
    local body = request("update_address", { sid = rows.sid("AD"), street = every }).body
    local query = request("list_addresses", { customer_name = every }).url:match("%?(.*)")
    assert.equal(every, decode(body:match("^Street=(.*)$")))
    assert.equal(every, decode(query:match("^CustomerName=(.*)$")))
    for _, text in ipairs{ body, query } do
      assert.falsy(text:gsub("%%[0-9A-F][0-9A-F]", ""):find("[^%w%-%._~=]"), text)
      assert.truthy(text:find("-.%2F0123456789%3A", 1, true))
    end
  end)

  it("encodes a space as %20 and a plus as %2B", function ()
    assert.equal("FriendlyName=a%20b%2Bc%26d%25e%23f%0A%C3%A9",
      request("update_outgoing", { sid = PN, friendly_name = "a b+c&d%e#f\n\195\169" }).body)
  end)

  it("orders the fields the same way every time", function ()
    local params, seen = { sid = PN, voice_url = "https://a/", friendly_name = "x", sms_url = "https://b/" }, {}
    for _ = 1, 20 do
      seen[request("update_incoming", params).body] = true
      local copy = {}
      for name, value in pairs(params) do copy[name] = value end
      params = copy
    end
    assert.same({ ["FriendlyName=x&SmsUrl=https%3A%2F%2Fb%2F&VoiceUrl=https%3A%2F%2Fa%2F"] = true }, seen)
  end)

  it("takes a form up to a limit, and names the longest parameter beyond", function ()
    local long = { sid = rows.sid("AD"), street = ("x"):rep(1000000), city = "y" }
    assert.truthy(core.request("update_address", account, long))
    long.street = ("x"):rep(1024 * 1024)
    local _, err = core.request("update_address", account, long)
    assert.same({ "invalid", "street", "street is too long: a form may have 1024 KiB" },
      { err.kind, err.parameter, err.message })
  end)

  it("takes a query up to a limit, and names the longest parameter beyond", function ()
    assert.truthy(core.request("list_incoming", account, { friendly_name = ("x"):rep(16000) }))
    local _, err = core.request("list_incoming", account, { friendly_name = (" "):rep(6000) })
    assert.same({ "invalid", "friendly_name" }, { err.kind, err.parameter })
  end)

  it("does not know an operation: a mistake that names the nearest", function ()
    local value, message = core.request("serch_local", account, {})
    assert.same({ "there is no operation 'serch_local': did you mean 'search_local'?" }, { message, value })
    assert.equal("there is no operation 'frobnicate'", select(2, core.request("frobnicate", account, {})))
  end)

  it("answers an error once the account is closed", function ()
    account:close()
    local value, err = core.request("list_incoming", account, {})
    assert.is_nil(value)
    assert.equal("closed", err.kind)
  end)

  it("raises for something that is no account", function ()
    for _, other in ipairs{ {}, "x", 1, io.stdout } do
      assert.is_false(pcall(core.request, "list_incoming", other, {}))
    end
  end)

  it("holds no credential", function ()
    local function scan (t)
      for _, value in pairs(t) do
        if type(value) == "table" then scan(value) end
        assert.falsy(tostring(value):find("a_secret", 1, true) or tostring(value):find("Basic", 1, true))
      end
    end
    scan(request("buy", { phone_number = "+14155550123" }))
  end)
end)

describe("core.follow", function ()
  local PATH = "/2010-04-01/Accounts/" .. rows.account_sid .. "/IncomingPhoneNumbers.json"
  local first

  before_each(function ()
    account = rows.account()
    first = request("list_incoming", { page_size = 50, friendly_name = "x" })
  end)

  local function refused (uri)
    local value, err = core.follow(first, uri)
    assert.is_nil(value, tostring(uri))
    assert.equal("protocol", err.kind)
  end

  it("answers the request for the next page, complete", function ()
    local uri = PATH .. "?FriendlyName=a..b//c&PageSize=50&Page=1&PageToken=PA" .. PN
    assert.same({
      operation = "list_incoming", class = "read", method = "GET", url = "https://api.twilio.com" .. uri,
      headers = { Accept = "application/json" }, account = account,
    }, core.follow(first, uri))
  end)

  it("goes on from a page that was followed to", function ()
    local second = assert(core.follow(first, PATH .. "?Page=1"))
    assert.truthy(core.follow(second, PATH .. "?Page=2"))
  end)

  it("refuses the page that it came from", function ()
    refused(PATH .. "?FriendlyName=x&PageSize=50")
    local second = assert(core.follow(first, PATH .. "?Page=1"))
    assert.is_nil((core.follow(second, PATH .. "?Page=1")))
  end)

  it("refuses what leads elsewhere", function ()
    local elsewhere = {
      "https://evil.example/x", "//evil.example" .. PATH, "@evil.example/x", ".evil.example/x", ":80/x", "/",
      "?Page=1", "",
      "http://api.twilio.com" .. PATH, "https://api.twilio.com" .. PATH .. "?Page=1", "file:///etc/passwd",
      "/2010-04-01/Accounts/" .. rows.sid("AC", "b") .. "/IncomingPhoneNumbers.json?Page=1",
      "/2010-04-01/Accounts/" .. rows.account_sid .. "/OutgoingCallerIds.json?Page=1",
      "/2010-04-01/Accounts/" .. rows.account_sid .. "/x/../IncomingPhoneNumbers.json?Page=1",
      PATH .. "/../x?Page=1", "/" .. PATH .. "?Page=1", PATH:gsub("Accounts", "%%41ccounts") .. "?Page=1",
    }
    for _, uri in ipairs(elsewhere) do refused(uri) end
  end)

  it("refuses bytes that have no business in a URI", function ()
    for _, byte in ipairs{ "\0", "\r\n", " ", "\\", "#", "\127", "\195\169", "\t" } do
      refused(PATH .. "?Page=1" .. byte)
    end
  end)

  it("refuses a URI that is too long, or none", function ()
    refused(PATH .. "?Page=" .. ("1"):rep(4096))
    for _, value in ipairs{ 1, true, {}, print } do refused(value) end
    refused(nil)
  end)

  it("answers an error once the account is closed", function ()
    account:close()
    assert.equal("closed", select(2, core.follow(first, PATH .. "?Page=1")).kind)
  end)

  it("raises for a table that is no request", function ()
    assert.is_false(pcall(core.follow, {}, PATH))
    first.account = setmetatable({}, getmetatable(""))
    assert.is_false(pcall(core.follow, first, PATH))
    first = request("list_incoming")
    first.url = "https://evil.example" .. PATH
    assert.is_false(pcall(core.follow, first, PATH .. "?Page=1"))
  end)
end)
