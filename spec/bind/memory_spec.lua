-- Every allocation that the core asks of Lua fails once, and then for good: a memory error comes, nothing else, and
-- the next call is as good as the first.

local core = require "twilio.core"
local memory = require("spec.support.native").load("memory")
local rows = require "spec.support.rows"

local PN, NUMBER = rows.sid("PN"), "+14155550123"

-- prepare, where it is given, runs ahead of each famine, but not between it and the call behind it.
local function sweep (f, prepare)
  local wanted = f()
  for _, sticky in ipairs{ false, true } do
    local n, struck = 0, true
    while struck do
      local ok, value
      n = n + 1
      if prepare then prepare() end
      collectgarbage()
      struck, ok, value = memory.starve(n, sticky, f)
      if ok then
        assert.same(wanted, value)
      else
        assert.truthy(tostring(value):lower():find("memory", 1, true), tostring(value))
      end
      assert.same(wanted, f())
    end
    assert.is_true(n > 1)
  end
end

describe("without memory,", function ()
  local account = rows.account()

  it("the core is opened or not, and then is whole", function ()
    local registry, was = debug.getregistry(), {}
    local function put (metatables)
      collectgarbage() -- first what has the others
      for _, name in ipairs{ "twilio.account/1", "twilio.core.reader" } do
        was[name] = was[name] or registry[name]
        registry[name] = metatables[name]
      end
    end
    finally(function ()
      package.loaded["twilio.core"] = core
      put(was)
    end)
    local function open ()
      package.loaded["twilio.core"] = nil
      local opened = require "twilio.core"
      local own, reader = assert(opened.account{ account_sid = rows.account_sid, secret = "s" }), opened.reader("GET")
      local function gc (value) return type(debug.getmetatable(value).__gc) end
      return { own:sid(), tostring(own), getmetatable(own), gc(own), reader:keepalive(), getmetatable(reader),
        gc(reader), assert(opened.request("list_incoming", own)).url }
    end
    sweep(open, function () put{} end)
  end)

  it("an account is made or not", function ()
    sweep(function ()
      return tostring(core.account{ account_sid = rows.account_sid, secret = "s" })
    end)
  end)

  it("a request is built or not", function ()
    local params = { phone_number = NUMBER, voice_url = "https://example.com/" .. ("x"):rep(3000),
      friendly_name = "a b" }
    sweep(function () return assert(core.request("buy", account, params)).body end)
  end)

  it("numbers are spelt or not", function ()
    local params = { country = "us", area_code = 415, contains = 415 }
    sweep(function () return assert(core.request("search_local", account, params)).url end)
  end)

  it("a mistake is told or not", function ()
    local params = { phone_nmber = NUMBER }
    sweep(function () return #select(2, core.request("buy", account, params)) end)
  end)

  it("a bad value is told or not", function ()
    local params = { phone_number = NUMBER, voice_method = "PUT" }
    sweep(function () return select(2, core.request("buy", account, params)).message end)
  end)

  it("a page is followed to or not", function ()
    local first = assert(core.request("list_incoming", account, {}))
    local uri = "/2010-04-01/Accounts/" .. rows.account_sid .. "/IncomingPhoneNumbers.json?Page=1"
    sweep(function () return assert(core.follow(first, uri)).url end)
  end)

  it("an answer is read or not", function ()
    local request = assert(core.request("list_incoming", account, {}))
    local record = '{"sid":"' .. PN .. '","capabilities":{"SMS":true},"n":1,"x":null}'
    local response = { status = 200, headers = {},
      body = '{"incoming_phone_numbers":[' .. record .. "," .. record .. "]}" }
    sweep(function () return (core.result(request, response)) end)
  end)

  it("an error is read or not", function ()
    local request = assert(core.request("buy", account, { phone_number = NUMBER }))
    local response = { status = 400, headers = { ["retry-after"] = "3" }, body = '{"code":21422,"message":"gone"}' }
    sweep(function () return select(2, core.result(request, response)).message end)
  end)

  it("the rows are told or not", function ()
    sweep(function () return #core.operations() end)
  end)
end)
