-- The sandbox: verified caller IDs.

local inside = require "spec.support.inside"

local ALL = "OutgoingCallerIds.json"

describe("sandbox: outgoing caller IDs", function ()
  local api, callbacks
  before_each(function ()
    callbacks = {}
    api = inside.new{ on_status_callback = function (callback) callbacks[#callbacks + 1] = callback end }
  end)

  local function verify (fields)
    fields = fields or {}
    fields.PhoneNumber = fields.PhoneNumber or "+14158675309"
    return api.post(ALL, fields)
  end

  local function verified (fields)
    verify(fields)
    api.sandbox:sleep(70)
    return api.get(ALL).outgoing_caller_ids[1]
  end

  local function path (record) return "OutgoingCallerIds/" .. record.sid .. ".json" end

  describe("a verification", function ()
    it("answers with the code at once", function ()
      local request, status = verify{ FriendlyName = "Desk" }
      assert.equal(200, status)
      assert.truthy(request.validation_code:find("^%d%d%d%d%d%d$"))
      assert.truthy(request.call_sid:find("^CA%x+$"))
      assert.same({ "Desk", "+14158675309", api.sandbox.account_sid },
        { request.friendly_name, request.phone_number, request.account_sid })
    end)

    it("writes down the call", function ()
      local request = verify()
      local calls = api.sandbox:state().verification_calls
      assert.same({ 1, request.call_sid, "+14158675309" }, { #calls, calls[1].call_sid, calls[1].phone_number })
    end)

    it("makes the caller ID appear when the call ends, not before", function ()
      verify{ FriendlyName = "Desk" }
      assert.same({}, api.get(ALL).outgoing_caller_ids)
      api.sandbox:sleep(2)
      local record = api.get(ALL).outgoing_caller_ids[1]
      assert.same({ "Desk", "+14158675309" }, { record.friendly_name, record.phone_number })
      assert.equal("/2010-04-01/Accounts/" .. api.sandbox.account_sid .. "/OutgoingCallerIds/" .. record.sid .. ".json",
        record.uri)
    end)

    it("takes a CallDelay of 0 to 60 seconds", function ()
      for i, delay in ipairs{ "0", "60", "" } do
        assert.is_string(verify{ CallDelay = delay, PhoneNumber = "+1415867530" .. i }.call_sid)
      end
      for _, delay in ipairs{ "-1", "1x", "x1", "0.5" } do assert.equal(21454, verify{ CallDelay = delay }.code) end
    end)

    it("rings later where CallDelay says so", function ()
      verify{ CallDelay = "30" }
      api.sandbox:sleep(29)
      assert.same({}, api.get(ALL).outgoing_caller_ids)
      api.sandbox:sleep(3)
      assert.equal(1, #api.get(ALL).outgoing_caller_ids)
    end)

    it("takes North America's national format", function ()
      assert.equal("+14158675309", verify{ PhoneNumber = "(415) 867-5309" }.phone_number)
      assert.equal("+14158675309", verify{ PhoneNumber = "1 415 867 5309" }.phone_number)
    end)

    it("takes E.164, from 8 digits to 15, and nothing else", function ()
      for _, number in ipairs{ "+12345678", "+123456789012345" } do
        assert.equal(number, verify{ PhoneNumber = number }.phone_number)
      end
      for _, text in ipairs{ "", "+1234567", "+1234567890123456", "x+14158675309", "+14158675309x", "+04158675309",
        "2 415 867 5309", "415 867 5309 x", "1158675309", "4151675309" } do
        assert.equal(21401, verify{ PhoneNumber = text }.code, text)
      end
    end)

    it("without a name is called by its number", function ()
      assert.equal("(415) 867-5309", verified().friendly_name)
    end)

    for name, case in pairs{
      ["a bad number"] = { 21401, { PhoneNumber = "123456" } },
      ["a delay above 60"] = { 21454, { CallDelay = "61" } },
      ["a delay that is no number"] = { 21454, { CallDelay = "soon" } },
      ["a bad callback"] = { 21456, { StatusCallback = "nonsense" } },
      ["a bad callback method"] = { 21403, { StatusCallbackMethod = "PUT" } },
      ["a long name"] = { 20002, { FriendlyName = ("x"):rep(65) } },
    } do
      it("is refused for " .. name .. ", and nothing rings", function ()
        local err, status = verify(case[2])
        assert.same({ 400, case[1] }, { status, err.code })
        assert.same({}, api.sandbox:state().verification_calls)
      end)
    end

    it("of a verified number is refused with 21450", function ()
      verified()
      assert.equal(21450, verify().code)
    end)

    it("of the account's own Twilio number is refused with 21449", function ()
      assert.equal(21449, verify{ PhoneNumber = api.buy().phone_number }.code)
    end)
  end)

  describe("the StatusCallback", function ()
    it("tells of success with the documented fields", function ()
      local record = verified{ StatusCallback = "https://example.com/done" }
      assert.equal(1, #callbacks)
      assert.same({ "https://example.com/done", "POST" }, { callbacks[1].url, callbacks[1].method })
      local fields, caller = callbacks[1].fields, "+14157234000"
      assert.same({ AccountSid = api.sandbox.account_sid, ApiVersion = "2010-04-01", Direction = "outbound-api",
        CallSid = api.sandbox:state().verification_calls[1].call_sid, From = caller, Caller = caller,
        To = "+14158675309", Called = "+14158675309", CallStatus = "completed", CallDuration = "12",
        VerificationStatus = "success", OutgoingCallerIdSid = record.sid }, fields)
    end)

    it("tells of failure without a SID", function ()
      api.sandbox:reset{ verification = "failed" }
      assert.is_nil(verified{ StatusCallback = "https://example.com/done", StatusCallbackMethod = "GET" })
      assert.equal("GET", callbacks[1].method)
      assert.equal("failed", callbacks[1].fields.VerificationStatus)
      assert.is_nil(callbacks[1].fields.OutgoingCallerIdSid)
    end)

    it("is written down", function ()
      verified{ StatusCallback = "https://example.com/done" }
      assert.equal("https://example.com/done", api.sandbox:state().callbacks[1].url)
    end)

    it("is not requested where none was asked for", function ()
      verified()
      assert.same({}, callbacks)
    end)
  end)

  describe("a verified caller ID", function ()
    it("is fetched, renamed and removed", function ()
      local record = verified()
      assert.equal(record.sid, api.get(path(record)).sid)
      local renamed, status = api.post(path(record), { FriendlyName = "Desk" })
      assert.same({ 200, "Desk" }, { status, renamed.friendly_name })
      assert.equal("Desk", api.get(path(record)).friendly_name)
      assert.equal(204, select(2, api.delete(path(record))))
      assert.equal(404, select(2, api.get(path(record))))
      assert.same({}, api.get(ALL).outgoing_caller_ids)
    end)

    it("that does not exist is a 404, whatever is asked", function ()
      for _, method in ipairs{ "GET", "POST", "DELETE" } do
        assert.equal(404, api.send(method, "OutgoingCallerIds/PN" .. ("0"):rep(32) .. ".json", { body = {} }).status)
      end
    end)

    it("is found by its exact number or name", function ()
      local record = verified{ FriendlyName = "Desk" }
      verified{ PhoneNumber = "+442079460000", FriendlyName = "Other" }
      local function found (query)
        local list = api.get(ALL, query).outgoing_caller_ids
        return #list == 1 and list[1].sid
      end
      assert.equal(record.sid, found{ PhoneNumber = "+14158675309" })
      assert.equal(record.sid, found{ FriendlyName = "Desk" })
      assert.is_false(found{ FriendlyName = "desk" })
      assert.is_false(found{ PhoneNumber = "415" })
    end)
  end)
end)
