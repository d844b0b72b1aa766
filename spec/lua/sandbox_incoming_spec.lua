-- The sandbox: configuring, listing, releasing and transferring numbers.

local inside = require "spec.support.inside"

local ANY = "IncomingPhoneNumbers.json"
local SUB = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

describe("sandbox: incoming numbers", function ()
  local api
  before_each(function () api = inside.new() end)

  local function path (record) return "IncomingPhoneNumbers/" .. record.sid .. ".json" end

  local function refused (code, fields, to)
    local err, status = api.post(to or ANY, fields)
    assert.equal(code, err.code)
    return err, status
  end

  describe("an update", function ()
    it("changes what it names and nothing else", function ()
      local record = api.buy{ VoiceUrl = "https://example.com/v", SmsUrl = "https://example.com/s" }
      local updated, status = api.post(path(record), { SmsUrl = "https://example.com/t" })
      assert.equal(200, status)
      assert.equal("https://example.com/t", updated.sms_url)
      assert.equal("https://example.com/v", updated.voice_url)
    end)

    it("shows in the next fetch and in date_updated", function ()
      local record = api.buy()
      api.sandbox:sleep(5)
      api.post(path(record), { FriendlyName = "x" })
      local fetched = api.get(path(record))
      assert.equal("x", fetched.friendly_name)
      assert.equal(record.date_created, fetched.date_created)
      assert.not_equal(record.date_updated, fetched.date_updated)
    end)

    it("with an empty value clears a field", function ()
      local record = api.buy{ SmsUrl = "https://example.com/s", FriendlyName = "x" }
      local updated = api.post(path(record), { SmsUrl = "", FriendlyName = "" })
      assert.equal("", updated.sms_url)
      assert.truthy(updated.friendly_name:find("^%(%d%d%d%) "))
    end)

    it("that sets a trunk drops the voice application, and the other way round", function ()
      local application, trunk = "AP" .. ("1"):rep(32), "TK" .. ("2"):rep(32)
      local record = api.buy{ VoiceApplicationSid = application }
      assert.equal("", api.post(path(record), { TrunkSid = trunk }).voice_application_sid)
      local _, _, response = api.post(path(record), { VoiceApplicationSid = application })
      assert.truthy(response.body:find('"trunk_sid":null', 1, true))
    end)

    it("of one number leaves the others alone", function ()
      local one, other = api.buy(), api.buy()
      api.post(path(one), { FriendlyName = "x" })
      assert.equal(other.friendly_name, api.get(path(other)).friendly_name)
    end)

    it("of an unknown SID is a 404", function ()
      local err, status = api.post("IncomingPhoneNumbers/PN0.json", {})
      assert.equal(404, status)
      assert.equal(20404, err.code)
    end)
  end)

  describe("a release", function ()
    it("answers 204 without a body, and the number is gone", function ()
      local record = api.buy()
      local _, status, response = api.delete(path(record))
      assert.equal(204, status)
      assert.equal("", response.body)
      assert.equal(404, select(2, api.get(path(record))))
      assert.equal(404, select(2, api.delete(path(record))))
      assert.same({}, api.sandbox:state().owned)
      assert.same({}, api.get(ANY, { PhoneNumber = record.phone_number }).incoming_phone_numbers)
      assert.equal(record.phone_number, api.sandbox:state().releases[1].phone_number)
    end)

    it("puts the number up for sale again after a while", function ()
      local record = api.buy()
      api.delete(path(record))
      refused(21422, { PhoneNumber = record.phone_number })
      api.sandbox:sleep(11)
      assert.not_equal(record.sid, api.buy{ PhoneNumber = record.phone_number }.sid)
      assert.equal(2, #api.sandbox:state().charges)
    end)

    it("of a number owned from the start puts it up for sale too", function ()
      api = inside.new{ numbers = 1 }
      local record = api.get(ANY).incoming_phone_numbers[1]
      local search = "AvailablePhoneNumbers/US/Local.json"
      assert.equal(0, #api.get(search, { Contains = record.phone_number }).available_phone_numbers)
      api.delete(path(record))
      api.sandbox:sleep(11)
      assert.equal(1, #api.get(search, { Contains = record.phone_number }).available_phone_numbers)
      api.buy{ PhoneNumber = record.phone_number }
      assert.equal(0, #api.get(search, { Contains = record.phone_number }).available_phone_numbers)
    end)

    it("waits for a registered emergency address to be removed", function ()
      local address = api.post("Addresses.json", { CustomerName = "A", Street = "1 Main", City = "SF", Region = "CA",
        PostalCode = "94105", IsoCountry = "US" })
      local record = api.buy{ EmergencyStatus = "Active", EmergencyAddressSid = address.sid }
      assert.equal("registered", record.emergency_address_status)
      local err, status = api.delete(path(record))
      assert.same({ 409, 20409 }, { status, err.code })
      api.post(path(record), { EmergencyAddressSid = "" })
      assert.equal(204, select(2, api.delete(path(record))))
    end)
  end)

  describe("a transfer", function ()
    it("moves the number to the sub-account and back", function ()
      local record = api.buy()
      local moved, status = api.post(path(record), { AccountSid = SUB })
      assert.equal(200, status)
      assert.same({ SUB, record.sid }, { moved.account_sid, moved.sid })
      assert.equal(404, select(2, api.get(path(record))))
      local options = { account_sid = SUB, body = { AccountSid = api.sandbox.account_sid } }
      assert.equal(200, api.send("POST", path(record), options).status)
      assert.equal(record.sid, api.get(path(record)).sid)
      assert.equal(1, #api.sandbox:state().charges)
    end)

    it("is refused to what is no account", function ()
      local record = api.buy()
      for _, sid in ipairs{ "AC1", "xAC" .. ("1"):rep(31), "AC" .. ("1"):rep(31) .. "x", "AC" .. ("x"):rep(32) } do
        refused(21470, { AccountSid = sid }, path(record))
      end
      refused(21471, { AccountSid = "AC" .. ("9"):rep(32) }, path(record))
      refused(21473, { AccountSid = "AC7e577e577e577e577e577e577e577e57" }, path(record))
    end)

    it("is refused to the sub-account's user", function ()
      local record = api.buy()
      api.post(path(record), { AccountSid = SUB })
      local response = api.send("POST", path(record), { account_sid = SUB, account = api.account(SUB,
        api.sandbox.auth_token), body = { AccountSid = api.sandbox.account_sid } })
      assert.truthy(response.body:find("21474", 1, true))
    end)
  end)

  describe("a list", function ()
    local function numbers (query, to)
      local list = {}
      for i, record in ipairs(api.get(to or ANY, query).incoming_phone_numbers) do list[i] = record.phone_number end
      return list
    end

    it("is empty at the start", function ()
      local page = api.get(ANY)
      assert.same({}, page.incoming_phone_numbers)
      assert.equal(0, page.start)
      assert.equal(0, page["end"])
    end)

    it("shows the newest first", function ()
      local one, two = api.buy(), api.buy()
      assert.same({ two.phone_number, one.phone_number }, numbers())
    end)

    it("by number is exact, partial or with wildcards", function ()
      local one = api.buy{ PhoneNumber = api.number("US", "Local", { AreaCode = "415" }) }.phone_number
      local other = api.buy{ PhoneNumber = api.number("US", "Local", { AreaCode = "206" }) }.phone_number
      assert.same({ one }, numbers{ PhoneNumber = one })
      assert.same({ one }, numbers{ PhoneNumber = "415" .. one:sub(6, 8) })
      assert.same({ one }, numbers{ PhoneNumber = "+1415*******" })
      assert.same({ other }, numbers{ PhoneNumber = "+1206" })
      assert.same({}, numbers{ PhoneNumber = "+206" })
      assert.same({}, numbers{ PhoneNumber = api.number() })
    end)

    it("refuses a pattern that is none", function ()
      assert.equal(400, select(2, api.get(ANY, { PhoneNumber = "a;b" })))
    end)

    it("by name is exact", function ()
      local one = api.buy{ FriendlyName = "Front desk" }
      api.buy{ FriendlyName = "Front" }
      assert.same({ one.phone_number }, numbers{ FriendlyName = "Front desk" })
    end)

    it("by origin and beta", function ()
      local one = api.buy{ PhoneNumber = api.number("US", "Local", { Beta = "false" }) }
      local beta
      local search = api.get("AvailablePhoneNumbers/US/Local.json", { PageSize = 1000 })
      for _, offer in ipairs(search.available_phone_numbers) do
        if offer.beta then beta = offer.phone_number end
      end
      api.buy{ PhoneNumber = beta }
      assert.same({ one.phone_number }, numbers{ Origin = "twilio", Beta = "false" })
      assert.same({ beta, one.phone_number }, numbers{ Origin = "twilio", Beta = "true" })
      assert.same({}, numbers{ Origin = "hosted" })
    end)
  end)

  describe("the typed sub-resources", function ()
    it("buy and list what is of their type", function ()
      local toll_free = api.post("IncomingPhoneNumbers/TollFree.json", { PhoneNumber = api.number("US", "TollFree") })
      local mobile = api.post("IncomingPhoneNumbers/Mobile.json", { PhoneNumber = api.number("GB", "Mobile") })
      local near = api.post("IncomingPhoneNumbers/Local.json", { PhoneNumber = api.number() })
      for name, record in pairs{ TollFree = toll_free, Mobile = mobile, Local = near } do
        local list = api.get("IncomingPhoneNumbers/" .. name .. ".json").incoming_phone_numbers
        assert.equal(1, #list)
        assert.equal(record.sid, list[1].sid)
      end
    end)

    it("refuse a number of another type with 21458", function ()
      refused(21458, { PhoneNumber = api.number() }, "IncomingPhoneNumbers/TollFree.json")
    end)

    it("refuse an area code with 21457", function ()
      refused(21457, { AreaCode = "415" }, "IncomingPhoneNumbers/Local.json")
    end)
  end)

end)
