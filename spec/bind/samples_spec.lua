-- The connector's users hand over its properties as its templates have them, decoded from JSON, under its
-- names. The samples of the connector itself are read where they are at hand; ours say the same in our words.

local cjson = require "cjson"
local core = require "twilio.core"
local rows = require "spec.support.rows"

local PATH = "../shared/api/seed_sample_requests.json"
local PN = rows.sid("PN")

local by_alias = {}
for _, row in ipairs(rows.list) do if row.alias then by_alias[row.alias] = row end end

-- The settings are the client's, which takes them out of the table.
local settings = { authToken = true, apiUrl = true }

local function call (name, sample)
  local params = {}
  for key, value in pairs(sample) do if not settings[key] then params[key] = value end end
  return core.request(name, rows.account(), params)
end

local function decode (text)
  return (text:gsub("%%(%x%x)", function (hex) return string.char(tonumber(hex, 16)) end))
end

-- What goes out, as Twilio's names and values.
local function fields (request)
  local found = {}
  for name, value in (request.body or request.url:match("%?(.*)") or ""):gmatch("([^&=]+)=([^&]*)") do
    found[name] = decode(value)
  end
  return found
end

-- What Twilio documents for these properties: nothing for "", and nothing for what stands in the path.
local function expected (row, sample)
  local wanted = {}
  for key, value in pairs(sample) do
    for _, parameter in ipairs(row.parameters) do
      if key:lower() == parameter.name:gsub("_", "") and parameter.place ~= "path" and value ~= "" then
        wanted[parameter.wire] = value
      end
    end
  end
  return wanted
end

describe("the connector's samples", function ()
  local file = io.open(PATH)
  if not file then
    pending("go out as documented: no " .. PATH .. " here", function () end)
    return
  end
  local samples = cjson.decode(file:read("*a"))
  file:close()

  local count = 0
  for key, sample in pairs(samples) do
    count = count + 1
    local name = key:gsub("Mandatory$", ""):gsub("Optional$", ""):gsub("Negative$", "")
    local sid = sample.incomingCallerId or sample.outgoingCallerId
    if key == "getOutgoingPhoneNumberListNegative" then
      it(key .. " is a mistake: the operation has no such property", function ()
        local value, message = call(name, sample)
        assert.is_nil(value)
        assert.truthy(message:find("outgoingCallerId", 1, true), tostring(message))
      end)
    elseif key == "purchasePhoneNumberOptional" or key == "purchasePhoneNumberNegative"
        or (sid and not sid:find("^PN%x+$")) then
      it(key .. " is refused without a request", function ()
        local value, err = call(name, sample)
        assert.is_nil(value)
        assert.same({ "invalid", sid and "sid" or "phone_number" }, { err.kind, err.parameter })
      end)
    else
      it(key .. " goes out as Twilio documents it", function ()
        local row, request = by_alias[name], call(name, sample)
        assert.equal(row.method, request.method)
        assert.same(expected(row, sample), fields(request))
        if sid then assert.truthy(request.url:find("/" .. sid .. ".json", 1, true)) end
      end)
    end
  end

  it("are 29", function () assert.equal(29, count) end)
end)

describe("a connector's user", function ()
  local everything = {
    phoneNumber = "", friendlyName = "Desk", voiceUrl = "https://example.com/voice", voiceMethod = "post",
    voiceFallbackUrl = "", voiceFallbackMethod = "", statusCallback = "https://example.com/s?a=1&b=2",
    statusCallbackMethod = "Get", voiceCallerIdLookup = "", smsUrl = "", smsMethod = "POST", smsFallbackUrl = "",
    smsFallbackUrlMethod = "",
  }

  local function with (extra)
    local params = {}
    for name, value in pairs(everything) do params[name] = value end
    for name, value in pairs(extra) do params[name] = value end
    return params
  end

  it("updates with a full template, and only what is filled in goes out", function ()
    local request = assert(call("updateIncomingPhoneNumber", with{ incomingCallerId = PN }))
    assert.same({ FriendlyName = "Desk", VoiceUrl = "https://example.com/voice", VoiceMethod = "POST",
      SmsMethod = "POST",
      StatusCallback = "https://example.com/s?a=1&b=2", StatusCallbackMethod = "GET" }, fields(request))
  end)

  it("buys with a full template and a number", function ()
    assert.equal("+14155550123", fields(assert(call("purchasePhoneNumber",
      with{ phoneNumber = "+14155550123" }))).PhoneNumber)
  end)

  it("buys nothing without a number, nor with one that is none", function ()
    assert.equal("phone_number", select(2, call("purchasePhoneNumber", with{})).parameter)
    assert.equal("phone_number", select(2, call("purchasePhoneNumber", with{ phoneNumber = "1234567" })).parameter)
  end)

  it("searches with a template of empty filters", function ()
    local request = assert(call("getAvailableLocalNumbers", { country = "GB", areaCode = "", contains = "",
      inRegion = "",
      inPostalCode = "", nearLatLong = "", nearNumber = "", inLata = "", inRateCenter = "", distance = "" }))
    assert.truthy(request.url:find("/AvailablePhoneNumbers/GB/Local.json$"))
    request = assert(call("getAvailableTollFreeNumbers", { country = "us", areaCode = "800", contains = "" }))
    assert.truthy(request.url:find("/AvailablePhoneNumbers/US/TollFree.json?AreaCode=800", 1, true))
  end)

  it("lists by number, the plus encoded", function ()
    for _, name in ipairs{ "getIncomingPhoneNumberList", "getOutgoingPhoneNumberList" } do
      local request = assert(call(name, { phoneNumber = "+441632960961", friendlyName = "" }))
      assert.truthy(request.url:find("?PhoneNumber=%2B441632960961", 1, true))
    end
  end)

  it("gets and removes by the connector's names for a SID", function ()
    for name, property in pairs{ getIncomingPhoneNumber = "incomingCallerId",
      removeIncomingPhoneNumber = "incomingCallerId",
        getOutgoingPhoneNumber = "outgoingCallerId", removeOutgoingPhoneNumber = "outgoingCallerId" } do
      assert.truthy(assert(call(name, { [property] = PN })).url:find("/" .. PN .. ".json", 1, true))
      assert.equal("sid", select(2, call(name, { [property] = "4711" })).parameter)
    end
  end)

  it("verifies a number with a template, and updates a caller ID without the SID in the form", function ()
    assert.same({ PhoneNumber = "+441632960961", Extension = "77" }, fields(assert(call("addOutgoingPhoneNumber",
      { phoneNumber = "+441632960961", friendlyName = "", callDelay = "", extension = "77", statusCallback = "" }))))
    assert.same({ FriendlyName = "Desk" },
      fields(assert(call("updateOutgoingPhoneNumber", { outgoingCallerId = PN, friendlyName = "Desk" }))))
  end)
end)
