-- What a caller's table may hold: mistakes in the code, bad values, and what "" and null mean.

local cjson = require "cjson"
local core = require "twilio.core"
local rows = require "spec.support.rows"

local PN = rows.sid("PN")
local account

local function request (name, params)
  return core.request(name, account, params)
end

-- The message of a mistake in the code.
local function mistake (name, params)
  local value, message = request(name, params)
  assert.is_nil(value)
  assert.equal("string", type(message), name)
  return message
end

-- The error of a bad value.
local function invalid (name, params)
  local value, err = request(name, params)
  assert.is_nil(value)
  assert.equal("table", type(err), tostring(err))
  assert.equal("invalid", err.kind)
  assert.equal(1, (err.message:find(err.parameter, 1, true)), err.message)
  return err
end

local function form (name, params)
  return assert(request(name, params)).body
end

local function with (params, name, value)
  params[name] = value
  return params
end

describe("a caller's parameters", function ()
  before_each(function () account = rows.account() end)

  describe("of every operation,", function ()
    it("misspelt, are a mistake that names the right one", function ()
      rows.each(function (row, parameter)
        local misspelt = parameter.name .. "x"
        local message = mistake(row.name, with(rows.required(row), misspelt, "x"))
        assert.truthy(message:find(misspelt, 1, true), message)
        assert.truthy(message:find("'" .. parameter.name .. "'?", 1, true), row.name .. ": " .. message)
      end)
    end)

    it("of a wrong Lua type, are a mistake that names the parameter", function ()
      local never = { {}, print, coroutine.create(function () end), io.stdout }
      rows.each(function (row, parameter)
        for _, value in ipairs(never) do
          local message = mistake(row.name, with(rows.required(row), parameter.name, value))
          assert.truthy(message:find(parameter.name, 1, true), message)
        end
        local other = parameter.type == "boolean" and 1 or true
        local message = mistake(row.name, with(rows.required(row), parameter.name, other))
        assert.truthy(message:find(parameter.name, 1, true), message)
      end)
    end)

    it("malformed, answer nil and an error that names the parameter", function ()
      local without = {}
      rows.each(function (row, parameter)
        local bad = rows.bad(parameter)
        if not bad then
          without[parameter.name] = true
          return
        end
        local err = invalid(row.name, with(rows.required(row), parameter.name, bad))
        assert.equal(parameter.name, err.parameter, row.name)
        assert.equal(row.name, err.operation)
      end)
      -- Texts without a limit: whatever is given is encoded and sent.
      assert.same({ page_token = true, friendly_name = true, customer_name = true, street = true, city = true,
        region = true, postal_code = true, street_secondary = true, in_postal_code = true, in_region = true,
        in_rate_center = true, in_locality = true }, without)
    end)

    it("well formed, go out under Twilio's name and in its place", function ()
      local beside = { distance = "near_number", in_rate_center = "in_lata" }
      rows.each(function (row, parameter)
        local params = rows.required(row)
        if row.name == "buy" and parameter.name == "area_code" then params.phone_number = nil end
        local needed = beside[parameter.name]
        if needed then params[needed] = "415" end
        local value = rows.good(parameter)
        local sent = assert(request(row.name, with(params, parameter.name, value)))
        if parameter.place == "path" then
          assert.truthy((sent.url .. "/"):find("/" .. value .. "[./]"), sent.url)
        else
          local pairs_ = "&" .. (parameter.place == "form" and sent.body or sent.url:match("%?(.*)")) .. "&"
          assert.truthy(pairs_:find("&" .. parameter.wire .. "=[^&]+&"), pairs_)
        end
      end)
    end)

    it("required and absent, answer nil and an error that names the parameter", function ()
      rows.each(function (row, parameter)
        if not parameter.required then return end
        assert.equal(parameter.name, invalid(row.name, with(rows.required(row), parameter.name, nil)).parameter)
      end)
    end)
  end)

  describe("are named", function ()
    it("in Lua's, the connector's and Twilio's spelling alike", function ()
      for _, name in ipairs{ "friendly_name", "friendlyName", "FriendlyName", "friendlyname", "FRIENDLY_NAME" } do
        assert.equal("FriendlyName=x", form("update_outgoing", { sid = PN, [name] = "x" }), name)
      end
    end)

    it("by the connector's names where they differ", function ()
      assert.truthy(request("get_incoming", { incomingCallerId = PN }))
      assert.truthy(request("get_outgoing", { outgoingCallerId = PN }))
      assert.truthy(request("search_local", { country = "US" }))
    end)

    it("once: two spellings of one are a mistake", function ()
      assert.equal("update_outgoing: friendly_name is given twice",
        mistake("update_outgoing", { sid = PN, friendly_name = "a", FriendlyName = "b" }))
    end)

    it("at all: positions are a mistake", function ()
      assert.equal("get_incoming: parameters have names, not a number", mistake("get_incoming", { PN }))
      assert.truthy(mistake("get_incoming", { [true] = PN, sid = PN }))
    end)

    it("by AccountSid or ApiVersion only where that has one meaning", function ()
      local message = mistake("update_incoming", { sid = PN, AccountSid = rows.account_sid })
      assert.truthy(message:find("account_sid", 1, true) and message:find("transfer_to", 1, true), message)
      for _, name in ipairs{ "buy", "buy_local", "buy_mobile", "buy_toll_free", "update_incoming" } do
        message = mistake(name, { ApiVersion = "2010-04-01" })
        assert.truthy(message:find("api_version", 1, true) and message:find("call_api_version", 1, true), message)
      end
      assert.truthy(request("list_incoming", { AccountSid = rows.account_sid, ApiVersion = "2010-04-01" }))
    end)

    it("with a suggestion only where one is near", function ()
      assert.equal("buy has no parameter 'frendly_name': did you mean 'friendly_name'?",
        mistake("buy", { frendly_name = "x" }))
      assert.equal("buy has no parameter 'colour'", mistake("buy", { colour = "x" }))
    end)

    it("in a message without control characters and without end", function ()
      local message = mistake("buy", { ["a\n\27[31m\0" .. ("b"):rep(1e5)] = "x" })
      assert.falsy(message:find("%c"))
      assert.is_true(#message < 100)
    end)
  end)

  describe("come as a table,", function ()
    it("or not at all", function ()
      assert.truthy(request("list_incoming"))
      assert.truthy(request("list_incoming", {}))
    end)

    it("and nothing else", function ()
      for _, value in ipairs{ "x", 1, true, print, io.stdout } do
        assert.truthy(mistake("list_incoming", value):find("takes a table", 1, true))
      end
    end)

    it("read raw: no metamethod of it or of its values runs", function ()
      local function never () error("a metamethod ran") end
      local meta = { __index = never, __pairs = never, __len = never, __tostring = never, __next = never }
      assert.equal("FriendlyName=x",
        form("update_outgoing", setmetatable({ sid = PN, friendly_name = "x" }, meta)))
      assert.truthy(mistake("get_incoming", { sid = setmetatable({}, meta) }))
    end)

    it("which stays as it was", function ()
      local params = { country = "us", area_code = 415.0, contains = 415 }
      assert(request("search_local", params))
      assert.same({ country = "us", area_code = 415, contains = 415 }, params)
      assert.equal("number", type(params.contains))
    end)

    it("of no great number of keys", function ()
      local many = {}
      for i = 1, 1e5 do many["key" .. i] = "" end
      assert.truthy(mistake("purchasePhoneNumber", many):find("more than 128", 1, true))
    end)

    it("which may be cyclic: that is a wrong type", function ()
      local params = {}
      params.sid = params
      assert.truthy(mistake("get_incoming", params):find("not a table", 1, true))
    end)
  end)

  describe("that are numbers", function ()
    it("are the same as an integer, a float and digits", function ()
      local urls = {}
      for _, area in ipairs{ 415, 415.0, "415", "0415" } do
        urls[assert(request("search_local", { country = "US", area_code = area })).url:match("%?.*")] = true
      end
      assert.same({ ["?AreaCode=415"] = true }, urls)
    end)

    it("may stand where digits are meant", function ()
      local sent = assert(request("search_local", { country = "US", in_lata = 722 }))
      assert.truthy(sent.url:find("?InLata=722", 1, true))
      assert.equal("PhoneNumber=%2B14155550123&Extension=1234",
        form("add_outgoing", { phone_number = "+14155550123", extension = 1234 }))
    end)

    it("are bad values where they are no whole number or out of range", function ()
      for _, value in ipairs{ 0 / 0, 1 / 0, -1 / 0, 1.5, -1, 0, 1001, 1e300, "1e3", "0x10", " 1", "1 ", "+1", "-1",
          "1.0", "", "9999999999999999999999" } do
        if value == "" then
          assert.truthy(request("list_incoming", { page_size = value }))
        else
          assert.equal("page_size", invalid("list_incoming", { page_size = value }).parameter)
        end
      end
    end)

    it("say their range when they are out of it", function ()
      assert.equal("page_size must be a whole number from 1 to 1000",
        invalid("list_incoming", { page_size = 0 }).message)
      assert.equal("call_delay must be a whole number from 0 to 60",
        invalid("add_outgoing", { phone_number = "+14155550123", call_delay = 61 }).message)
      assert.equal("page must be a whole number, 0 or more", invalid("list_incoming", { page = -1 }).message)
    end)
  end)

  describe("that are booleans", function ()
    it("are sent when false", function ()
      assert.equal("VoiceCallerIdLookup=false", form("update_incoming", { sid = PN, voice_caller_id_lookup = false }))
    end)

    it("may be given as their names", function ()
      assert.equal("VoiceCallerIdLookup=true", form("update_incoming", { sid = PN, voice_caller_id_lookup = "TRUE" }))
    end)
  end)

  describe("that are empty strings, under a Lua name,", function ()
    it("clear a text, a URL or a SID of an update", function ()
      assert.equal("FriendlyName=&SmsUrl=&VoiceApplicationSid=",
        form("update_incoming", { sid = PN, friendly_name = "", sms_url = "", voice_application_sid = "" }))
      assert.equal("FriendlyName=", form("update_outgoing", { sid = PN, friendly_name = "" }))
      assert.equal("City=&StreetSecondary=",
        form("update_address", { sid = rows.sid("AD"), city = "", street_secondary = "" }))
    end)

    it("are not given where another type is meant, in updates too", function ()
      assert.equal("", form("update_incoming", { sid = PN, voice_method = "", voice_caller_id_lookup = "",
        emergency_status = "", call_api_version = "" }))
    end)

    it("transfer to nobody", function ()
      local sent = assert(request("update_incoming", { sid = PN, transfer_to = "" }))
      assert.same({ "", "update" }, { sent.body, sent.class })
    end)

    it("are not given in a query and in other forms", function ()
      local sent = assert(request("list_incoming", { friendly_name = "", beta = "", page_size = "" }))
      assert.falsy(sent.url:find("?", 1, true))
      assert.equal("PhoneNumber=%2B14155550123",
        form("buy", { phone_number = "+14155550123", voice_url = "", friendly_name = "" }))
    end)

    it("are invalid in a path", function ()
      assert.equal("sid", invalid("get_incoming", { sid = "" }).parameter)
      assert.equal("account_sid", invalid("list_incoming", { account_sid = "" }).parameter)
    end)

    it("are missing where one is required", function ()
      assert.equal("phone_number is missing", invalid("add_outgoing", { phone_number = "" }).message)
    end)

    it("are no excuse for a misspelt name", function ()
      assert.truthy(mistake("buy", { phone_number = "+14155550123", voice_ulr = "" }))
    end)
  end)

  describe("that are empty strings, under a connector's name,", function ()
    it("are as if absent, in updates too", function ()
      assert.equal("FriendlyName=x", form("updateIncomingPhoneNumber",
        { incomingCallerId = PN, friendlyName = "x", voiceUrl = "", smsUrl = "" }))
    end)

    it("are as if absent under names that the operation does not have", function ()
      assert.equal("", form("updateIncomingPhoneNumber",
        { incomingCallerId = PN, smsFallbackUrlMethod = "", phoneNumber = "" }))
    end)

    it("leave what is required missing", function ()
      assert.equal("sid is missing", invalid("getIncomingPhoneNumber", { incomingCallerId = "" }).message)
    end)

    it("do not count as the second spelling of one", function ()
      assert.equal("FriendlyName=x",
        form("updateOutgoingPhoneNumber", { outgoingCallerId = PN, friendlyName = "x", friendly_name = "" }))
    end)
  end)

  it("that are JSON's null are as if absent", function ()
    assert.equal("FriendlyName=x", form("update_incoming", { sid = PN, friendly_name = "x", voice_url = cjson.null }))
    assert.equal("sid is missing", invalid("get_incoming", { sid = cjson.null }).message)
  end)

  describe("that exclude or need each other", function ()
    it("are phone_number and area_code of a purchase: exactly one", function ()
      assert.equal("phone_number or area_code is needed", invalid("buy", {}).message)
      assert.equal("area_code and phone_number exclude each other: give one",
        invalid("buy", { phone_number = "+14155550123", area_code = 415 }).message)
      assert.equal("AreaCode=415", form("buy", { area_code = 415 }))
    end)

    it("are distance and what it is a distance from", function ()
      assert.equal("distance needs near_number or near_lat_long beside it",
        invalid("search_local", { country = "US", distance = 10 }).message)
    end)

    it("are in_rate_center and in_lata", function ()
      assert.equal("in_rate_center needs in_lata beside it",
        invalid("search_local", { country = "US", in_rate_center = "OAKLAND" }).message)
    end)
  end)

  it("are never echoed by an error", function ()
    for _, params in ipairs{ { sid = "PNsecret" }, { sid = PN, account_sid = "ACsecret" } } do
      assert.falsy(invalid("get_incoming", params).message:find("secret", 1, true))
    end
  end)
end)
