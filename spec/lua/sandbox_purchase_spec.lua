-- The sandbox: buying numbers.

local cjson = require "cjson"
local inside = require "spec.support.inside"

local ANY = "IncomingPhoneNumbers.json"
local SUB = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

describe("sandbox: purchases", function ()
  local api
  before_each(function () api = inside.new() end)

  local function refused (code, fields)
    local err, status = api.post(ANY, fields)
    assert.equal(code, err.code)
    return err, status
  end

  describe("a purchase", function ()
    it("answers 201 with the whole record", function ()
      local number = api.number("US", "Local", { AreaCode = "415", VoiceEnabled = "true" })
      local record, status = api.post(ANY, { PhoneNumber = number })
      assert.equal(201, status)
      assert.equal(number, record.phone_number)
      assert.truthy(record.sid:find("^PN%x+$") and #record.sid == 34)
      assert.equal(api.sandbox.account_sid, record.account_sid)
      assert.equal("in-use", record.status)
      assert.equal("(415) " .. number:sub(6, 8) .. "-" .. number:sub(9), record.friendly_name)
      assert.equal("/2010-04-01/Accounts/" .. record.account_sid .. "/IncomingPhoneNumbers/" .. record.sid .. ".json",
        record.uri)
      assert.truthy(record.date_created:find("^%a%a%a, %d%d %a%a%a %d%d%d%d %d%d:%d%d:%d%d %+0000$"))
    end)

    it("charges once", function ()
      local record = api.buy()
      local charges = api.sandbox:state().charges
      assert.equal(1, #charges)
      assert.same({ record.phone_number, record.sid, api.sandbox.account_sid },
        { charges[1].phone_number, charges[1].sid, charges[1].account_sid })
      assert.is_number(charges[1].at)
    end)

    it("takes the number out of the inventory", function ()
      local number = api.buy().phone_number
      assert.not_equal(number, api.number())
    end)

    it("by area code takes a number of that area code", function ()
      local record = api.post(ANY, { AreaCode = "510" })
      assert.truthy(record.phone_number:find("^%+1510"))
    end)

    it("unset fields are empty, null or their defaults", function ()
      local _, _, response = api.post(ANY, { AreaCode = "510" })
      for _, part in ipairs{ '"voice_url":null', '"sms_url":""', '"voice_method":"POST"', '"trunk_sid":null',
        '"sms_application_sid":""', '"voice_caller_id_lookup":false', '"voice_receive_mode":"voice"',
        '"emergency_status":"Inactive"', '"emergency_address_status":"unregistered"', '"address_requirements":"none"',
        '"api_version":"2010-04-01"', '"type":"local"', '"origin":"twilio"' } do
        assert.truthy(response.body:find(part, 1, true), part)
      end
    end)

    it("keeps what it is given", function ()
      local record = api.buy{ FriendlyName = 'Bob\'s "line" – 7', VoiceUrl = "https://example.com/v?a=1&b=2",
        VoiceMethod = "get", SmsUrl = "http://example.com/s", StatusCallback = "https://example.com/c",
        VoiceCallerIdLookup = "true", TrunkSid = "TK" .. ("0"):rep(32) }
      assert.equal('Bob\'s "line" – 7', record.friendly_name)
      assert.equal("https://example.com/v?a=1&b=2", record.voice_url)
      assert.equal("GET", record.voice_method)
      assert.is_true(record.voice_caller_id_lookup)
      assert.equal("TK" .. ("0"):rep(32), record.trunk_sid)
    end)

    it("ignores unknown parameters", function () assert.truthy(api.buy{ Colour = "blue" }.sid) end)

    it("of a number that is somebody else's is refused with 21422", function ()
      local number = api.number()
      api.sandbox:send{ method = "POST", account = api.account(SUB, api.sandbox.auth_token), headers = {},
        url = "https://api.twilio.com/2010-04-01/Accounts/" .. SUB .. "/" .. ANY, body = "PhoneNumber=%2B" ..
        number:sub(2) }
      local err, status = refused(21422, { PhoneNumber = number })
      assert.equal(number .. " is not available", err.message)
      assert.equal(400, status)
    end)

    it("of a number that nobody sells is refused with 21422", function ()
      refused(21422, { PhoneNumber = "+14150000000" })
    end)

    it("of something else than a number is refused with 21421", function ()
      assert.equal("+1foobar is not a valid number", refused(21421, { PhoneNumber = "+1foobar" }).message)
      for _, text in ipairs{ "4155550100", "+0155550100", "+1234567", "+1234567890123456", "x+14155550100",
        "+14155550100x" } do refused(21421, { PhoneNumber = text }) end
      for _, number in ipairs{ "+12345678", "+123456789012345" } do refused(21422, { PhoneNumber = number }) end
    end)

    it("needs a number or an area code", function ()
      local err, status = refused(400, {})
      assert.equal("did or area_code is required", err.message)
      assert.equal("https://www.twilio.com/docs/errors/400", err.more_info)
      assert.equal(400, status)
    end)

    it("refuses an area code that is none with 21451", function ()
      for _, area_code in ipairs{ "4x5", "x415", "4155", "115" } do
        assert.equal(area_code .. " is not a valid area code", refused(21451, { AreaCode = area_code }).message)
      end
    end)
    it("refuses an area code without numbers with 21452", function () refused(21452, { AreaCode = "999" }) end)

    it("charges nothing when it is refused", function ()
      refused(21402, { PhoneNumber = api.number(), VoiceUrl = "nonsense" })
      assert.same({}, api.sandbox:state().charges)
      assert.same({}, api.sandbox:state().owned)
    end)
  end)

  describe("a purchase of an owned number", function ()
    it("acts as an update, answers 201 and charges nothing", function ()
      local first = api.buy()
      local again, status = api.post(ANY, { PhoneNumber = first.phone_number, VoiceUrl = "https://example.com/new" })
      assert.equal(201, status)
      assert.equal(first.sid, again.sid)
      assert.equal("https://example.com/new", again.voice_url)
      assert.equal("in-use", again.status)
      assert.equal(1, #api.sandbox:state().charges)
    end)

    it("answers with the old date_created", function ()
      local first = api.buy()
      api.sandbox:sleep(60)
      assert.equal(first.date_created, api.buy{ PhoneNumber = first.phone_number }.date_created)
    end)

    it("answers with a new date_created where rebuy says so", function ()
      api = inside.new{ rebuy = "new" }
      local first = api.buy()
      api.sandbox:sleep(60)
      assert.not_equal(first.date_created, api.buy{ PhoneNumber = first.phone_number }.date_created)
    end)
  end)

  describe("parameters are checked:", function ()
    for name, case in pairs{
      ["an URL"] = { 21402, { VoiceUrl = "ftp://example.com" } },
      ["a callback URL"] = { 21456, { StatusCallback = "nonsense" } },
      ["a method"] = { 21403, { SmsMethod = "PUT" } },
      ["a voice fallback without its primary"] = { 21405, { VoiceFallbackUrl = "https://example.com" } },
      ["an SMS fallback without its primary"] = { 21406, { SmsFallbackUrl = "https://example.com" } },
      ["an application"] = { 21420, { VoiceApplicationSid = "AP1" } },
      ["a name's length"] = { 20002, { FriendlyName = ("é"):rep(65) } },
      ["an address"] = { 21628, { AddressSid = "AD" .. ("0"):rep(32) } },
    } do
      it(name, function ()
        case[2].PhoneNumber = api.number()
        refused(case[1], case[2])
      end)
    end

    it("the message of an URL names it", function ()
      assert.equal("VoiceUrl is not a valid URL: nonsense",
        refused(21402, { PhoneNumber = api.number(), VoiceUrl = "nonsense" }).message)
    end)

    it("64 characters are a name, however many bytes", function ()
      assert.equal(("é"):rep(64), api.buy{ FriendlyName = ("é"):rep(64) }.friendly_name)
    end)
  end)

  describe("countries with rules", function ()
    local function address (country)
      return api.post("Addresses.json", { CustomerName = "A", Street = "1", City = "B", Region = "C", PostalCode = "D",
        IsoCountry = country }).sid
    end

    it("ask for an address", function ()
      local number = api.number("GB", "Local")
      refused(21631, { PhoneNumber = number })
      assert.equal(number, api.buy{ PhoneNumber = number, AddressSid = address("US") }.phone_number)
    end)

    it("ask for an address of their own, and a bundle", function ()
      local number = api.number("DE", "Local")
      refused(21615, { PhoneNumber = number, AddressSid = address("US") })
      local here = address("DE")
      assert.equal("Bundle required and not provided",
        refused(21649, { PhoneNumber = number, AddressSid = here }).message)
      api.buy{ PhoneNumber = number, AddressSid = here, BundleSid = "BU" .. ("0"):rep(32) }
    end)

    it("ask for an address elsewhere", function ()
      local number = api.number("DE", "TollFree")
      refused(21631, { PhoneNumber = number, AddressSid = address("DE") })
      api.buy{ PhoneNumber = number, AddressSid = address("US") }
    end)
  end)

  describe("the magic numbers of test credentials", function ()
    local TEST = "AC7e577e577e577e577e577e577e577e57"

    -- The record or the error of a request with test credentials, and the status.
    local function as_test (method, body)
      local response = api.send(method, ANY, { account_sid = TEST, account = api.account(TEST, "sandbox_test_token"),
        body = body })
      return cjson.decode(response.body), response.status
    end

    it("are unavailable, invalid and good", function ()
      assert.equal(21422, as_test("POST", { PhoneNumber = "+15005550000" }).code)
      assert.equal(21421, as_test("POST", { PhoneNumber = "+15005550001" }).code)
      local record, status = as_test("POST", { PhoneNumber = "+15005550006", VoiceUrl = "https://example.com" })
      assert.same({ 201, "+15005550006", "https://example.com" }, { status, record.phone_number, record.voice_url })
      assert.same({ voice = true, sms = true, mms = true, fax = false }, record.capabilities)
    end)

    it("stand behind the area codes 500 and 533", function ()
      assert.equal(21452, as_test("POST", { AreaCode = "533" }).code)
      local record = as_test("POST", { AreaCode = "500" })
      assert.same({ "+15005550006", "(500) 555-0006" }, { record.phone_number, record.friendly_name })
    end)

    it("change no state", function ()
      as_test("POST", { PhoneNumber = "+15005550006" })
      local state = api.sandbox:state()
      assert.same({ {}, {} }, { state.charges, state.owned })
    end)

    it("are all that test credentials can buy; the rest is forbidden to them", function ()
      assert.equal(21422, as_test("POST", { PhoneNumber = api.number() }).code)
      assert.equal(21452, as_test("POST", { AreaCode = "415" }).code)
      assert.equal(21402, as_test("POST", { PhoneNumber = "+15005550006", VoiceUrl = "nonsense" }).code)
      local err, status = as_test("GET")
      assert.same({ 403, 20008 }, { status, err.code })
    end)

    it("are no magic to other accounts", function ()
      for _, number in ipairs{ "+15005550000", "+15005550001", "+15005550006" } do
        refused(21422, { PhoneNumber = number })
      end
      for _, area_code in ipairs{ "500", "533" } do refused(21452, { AreaCode = area_code }) end
    end)
  end)
end)
