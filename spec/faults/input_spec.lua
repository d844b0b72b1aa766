-- The catalogue of faults, 4.4: what a caller can get wrong. A table that could never be right raises at the caller's
-- line, a value that is wrong this time is answered as invalid; either way nothing is sent.

local catalogue = require "spec.support.catalogue"
local core = require "twilio.core"
local twilio = require "twilio"

local PN, NUMBER = catalogue.PN, catalogue.NUMBER
local HERE = "input_spec.lua"
local response, fails, raises = catalogue.response, catalogue.fails, catalogue.raises

local world, client, numbers

-- One good value of each type, to fill in what an operation requires.
local good = { text = "text", url = "https://example.com/x", e164 = NUMBER, phone = NUMBER, integer = 7, boolean = true,
  country = "US", contains = "415*", latlong = "37.8,-122.4", digits = "415", date = "2026-01-31" }

local function value_for (parameter)
  if parameter.type == "sid" then return parameter.prefix .. ("a"):rep(32) end
  if parameter.type == "enum" then return parameter.values[1] end
  return good[parameter.type]
end

local function required (operation)
  local params = {}
  for _, parameter in ipairs(operation.parameters) do
    if parameter.required then params[parameter.name] = value_for(parameter) end
  end
  return params
end

-- Calls f(operation, parameter, params) for each parameter of each operation, params being valid without it.
local function each_parameter (f)
  for _, operation in ipairs(core.operations()) do
    for _, parameter in ipairs(operation.parameters) do f(operation, parameter, required(operation)) end
  end
end

local function nothing_sent ()
  assert.equal(0, #world.requests)
end

-- Refused, one way or the other, naming the parameter.
local function refused (operation, params, parameter)
  local ok, value, err = pcall(numbers[operation], params)
  if ok then
    assert.is_true(value == nil, operation .. " took " .. tostring(params[parameter]) .. " as " .. parameter)
    assert.equal("invalid", err.kind, operation .. ", " .. parameter .. ": " .. tostring(err))
    assert.equal(parameter, err.parameter)
    catalogue.hushed(err)
  else
    assert.truthy(tostring(value):find(parameter, 1, true), tostring(value))
  end
  nothing_sent()
  return ok and "answered" or "raised"
end

describe("faults of a caller", function ()
  local fault = catalogue.faults(it)

  before_each(function ()
    world = catalogue.world{ response(200, catalogue.record(PN, NUMBER)) }
    client = catalogue.client(world)
    numbers = client.numbers
  end)

  fault(76, "a value of each Lua type for each parameter of each operation", function (came)
    local never = { {}, function () end, io.stdout, coroutine.create(function () end) }
    local count = 0
    each_parameter(function (operation, parameter, params)
      for _, value in ipairs(never) do
        params[parameter.name] = value
        raises(parameter.name, HERE, function () numbers[operation.name](params) end)
        count = count + 1
      end
      if parameter.required and parameter.name ~= "account_sid" then   -- that one the client has
        params[parameter.name] = nil
        refused(operation.name, params, parameter.name)
      end
      if parameter.type ~= "boolean" then
        params[parameter.name] = true
        refused(operation.name, params, parameter.name)
      end
      if parameter.type == "sid" or parameter.type == "url" or parameter.type == "enum" then
        params[parameter.name] = 5
        refused(operation.name, params, parameter.name)
      end
    end)
    nothing_sent()
    for _, argument in ipairs{ 1, "x", true, print } do
      raises("", HERE, function () numbers.get_incoming(argument) end)
    end
    came(count .. " refused by name")
  end)

  fault(77, "controls and long strings in the path; anything at all in a form", function (came)
    each_parameter(function (operation, parameter, params)
      if parameter.place ~= "path" then return end
      for _, value in ipairs{ "", ("x"):rep(1e6), "a\0b", "a\r\nb", "a\1b", "\255\254", "\240\159\146\169" } do
        params[parameter.name] = value
        assert.equal("answered", refused(operation.name, params, parameter.name))
      end
    end)
    local name = "a\0b\r\nc\1\255 &=+%\240\159\146\169"
    assert(numbers.update_incoming{ sid = PN, friendly_name = name })
    assert.equal("FriendlyName=a%00b%0D%0Ac%01%FF%20%26%3D%2B%25%F0%9F%92%A9", world.requests[1].body)
    came(world.requests[1].body)
  end)

  fault(78, "a SID of the wrong prefix, length, alphabet, with a path in it", function (came)
    local hex = ("a"):rep(32)
    for _, sid in ipairs{ "AC" .. hex, "pn" .. hex, "PN" .. hex .. "a", "PN" .. hex:sub(2), "PN" .. hex:sub(2) .. "g",
        "PN../" .. hex:sub(4), "PN%2e%2e" .. hex:sub(7), "PN" .. hex .. "\n", "PN" .. hex .. "\0", " PN" .. hex } do
      for _, operation in ipairs{ "get_incoming", "update_incoming", "release" } do
        local value, err = numbers[operation]{ sid = sid }
        came(fails({ kind = "invalid", parameter = "sid" }, value, err))
      end
    end
    nothing_sent()
  end)

  fault(79, "a purchase of no E.164 number, of a number and an area code, of neither", function (came)
    for _, number in ipairs{ "4155550100", "+0155550100", "+1415555010a", "+1", "+1415555010012345", "+1 4155550100",
        "+14155550100\n", "+1415*" } do
      local value, err = numbers.buy{ phone_number = number }
      came(fails({ kind = "invalid", parameter = "phone_number" }, value, err))
    end
    came(fails({ kind = "invalid" }, numbers.buy{ phone_number = NUMBER, area_code = "415" }))
    came(fails({ kind = "invalid" }, numbers.buy{}))
    came(fails({ kind = "invalid" }, numbers.buy{ voice_url = "https://example.com" }))
    nothing_sent()
  end)

  fault(80, "keys that no operation has: near misses, numbers, lists", function (came)
    came(raises("friendlyname.*friendly_name", HERE, function ()
      numbers.update_incoming{ sid = PN, friendlynames = "x" }
    end))
    each_parameter(function (operation, _, params)
      params.no_such_key = "x"
      raises("no_such_key", HERE, function () numbers[operation.name](params) end)
    end)
    raises("1", HERE, function () numbers.buy{ NUMBER } end)
    raises("", HERE, function () numbers.buy{ phone_number = NUMBER, [{}] = 1 } end)
    raises("phone", HERE, function () numbers.buy{ phone_number = NUMBER, PhoneNumber = NUMBER } end)
    nothing_sent()
  end)

  fault(81, "a table of 100,000 keys, a value of 10 MB", function (came)
    local many = { sid = PN }
    for i = 1, 100000 do many["key" .. i] = "x" end
    came(raises("key", HERE, function () numbers.get_incoming(many) end))
    local value, err = numbers.update_incoming{ sid = PN, friendly_name = ("x"):rep(1e7) }
    came(fails({ kind = "invalid", parameter = "friendly_name" }, value, err))
    nothing_sent()
  end)

  fault(82, "a table within itself", function (came)
    local cyclic = { sid = PN }
    cyclic.friendly_name = cyclic
    came(raises("friendly_name", HERE, function () numbers.update_incoming(cyclic) end))
    cyclic = {}
    cyclic[cyclic] = cyclic
    raises("", HERE, function () numbers.update_incoming(cyclic) end)
    nothing_sent()
  end)

  fault(83, "metatables that raise, yield or change the table: none of them runs", function (came)
    local function trap () error("a metamethod ran") end
    local trapped = setmetatable({ sid = PN }, { __index = trap, __newindex = trap, __pairs = trap, __len = trap,
      __tostring = trap, __call = trap })
    assert(numbers.get_incoming(trapped))
    local thread = coroutine.wrap(function ()
      return numbers.get_incoming(setmetatable({ sid = PN }, { __index = coroutine.yield, __pairs = coroutine.yield }))
    end)
    came(assert(thread()).sid)
    raises("sid", HERE, function ()
      numbers.get_incoming{ sid = setmetatable({}, { __tostring = function () return PN end }) }
    end)
  end)

  fault(84, "a hook changes the table during the call: what was given at first goes out", function (came)
    world = catalogue.world{ { kind = "connect", message = "refused", sent = 0, transient = true },
      response(200, catalogue.record(PN, NUMBER)) }
    local params = { sid = PN, friendly_name = "before" }
    client = catalogue.client(world, { on_request = function () params.friendly_name = "after"; params.sid = nil end })
    assert(client.numbers.update_incoming(params))
    assert.equal(2, #world.requests)
    assert.equal("FriendlyName=before", world.requests[1].body)
    assert.equal("FriendlyName=before", world.requests[2].body)
    came(world.requests[2].body)
  end)

  fault(85, "a colon for a dot, somebody else's self", function (came)
    came(raises("", HERE, function () numbers:get_incoming{ sid = PN } end))
    raises("", HERE, function () numbers:buy{ phone_number = NUMBER } end)
    client.close()   -- it needs no self, so that a wrong one is none
    local account = core.account{ account_sid = catalogue.ACCOUNT, user = catalogue.ACCOUNT, secret = catalogue.SECRET }
    for _, self in ipairs{ {}, 1, "x", io.stdout } do
      assert.is_false(pcall(account.sid, self))
      assert.is_false(pcall(account.matches, self, "a", "b"))
    end
    nothing_sent()
  end)

  fault(86, "a call after close, close twice, close inside a hook", function (came)
    client:close()
    client:close()
    came(fails({ kind = "closed", attempts = 0, sent = false }, numbers.get_incoming{ sid = PN }))
    nothing_sent()
    local closing
    closing = catalogue.client(world, { on_request = function () closing:close() end })
    local value, err = closing.numbers.get_incoming{ sid = PN }
    came(fails({ kind = "closed" }, value, err))
  end)

  fault(87, "415, 415.0 and \"415\"; page sizes of -1, 0, 10^9, NaN, infinity, 1.5", function (came)
    for _, code in ipairs{ 415, 415.0, "415" } do
      world.requests = {}
      numbers.search_local{ country_code = "US", area_code = code }
      assert.truthy(world.requests[1].url:find("AreaCode=415$"), world.requests[1].url)
    end
    world.requests = {}
    for _, size in ipairs{ -1, 0, 1e9, 0 / 0, 1 / 0, -1 / 0, 1.5, "x", "1e2", "0x10", " 7" } do
      local value, err = numbers.list_incoming{ page_size = size }
      came(fails({ kind = "invalid", parameter = "page_size" }, value, err))
    end
    nothing_sent()
  end)

  fault(88, "credentials: none, empty, with a colon, line ends, NUL, other alphabets", function (came)
    local secret = "s3cret"
    for _, tail in ipairs{ "\r\nX: y", "\0", "\195\164", ("x"):rep(200), " " } do
      local bad = secret .. tail
      local made, err = twilio.new{ account_sid = catalogue.ACCOUNT, auth_token = bad, transport = world }
      assert.is_nil(made)
      assert.equal("config", err.kind)
      assert.is_nil(tostring(err):find(secret, 1, true))
      came(err)
    end
    for _, user in ipairs{ "", "AC1", "SK" .. ("a"):rep(31) .. ":", "SK" .. ("a"):rep(32) .. "\n" } do
      local made, err = twilio.new{ account_sid = catalogue.ACCOUNT, api_key = user, api_secret = secret,
        transport = world }
      assert.is_nil(made)
      came(fails({ kind = "config" }, made, err))
    end
  end)
end)
