-- The sandbox: lists that show a change late.

local inside = require "spec.support.inside"

local ALL = "IncomingPhoneNumbers.json"

describe("sandbox: lagging lists", function ()
  local api
  before_each(function () api = inside.new{ numbers = 1, list_lag = 2 } end)

  local function listed (query) return api.get(ALL, query).incoming_phone_numbers end

  it("show the numbers of the start at once", function () assert.equal(1, #listed()) end)

  it("show a purchase late; a fetch shows it at once", function ()
    local record = api.buy()
    assert.equal(record.sid, api.get("IncomingPhoneNumbers/" .. record.sid .. ".json").sid)
    assert.same({}, listed{ PhoneNumber = record.phone_number })
    api.sandbox:sleep(2)
    assert.equal(record.sid, listed{ PhoneNumber = record.phone_number }[1].sid)
  end)

  it("show a release late", function ()
    api.delete("IncomingPhoneNumbers/" .. listed()[1].sid .. ".json")
    assert.equal(1, #listed())
    api.sandbox:sleep(2)
    assert.equal(0, #listed())
  end)

  it("show an update late", function ()
    local record = listed()[1]
    api.post("IncomingPhoneNumbers/" .. record.sid .. ".json", { FriendlyName = "x" })
    assert.equal(record.friendly_name, listed()[1].friendly_name)
    api.sandbox:sleep(2)
    assert.equal("x", listed()[1].friendly_name)
  end)

  it("show each of two updates late", function ()
    local record = listed()[1]
    local function name (text)
      api.post("IncomingPhoneNumbers/" .. record.sid .. ".json", { FriendlyName = text })
      api.sandbox:sleep(1)
    end
    name("x")
    name("y")
    assert.equal("x", listed()[1].friendly_name)
    api.sandbox:sleep(1)
    assert.equal("y", listed()[1].friendly_name)
  end)

  it("are filtered by what they show", function ()
    local record = listed()[1]
    api.post("IncomingPhoneNumbers/" .. record.sid .. ".json", { FriendlyName = "x" })
    assert.same({ 1, 0 }, { #listed{ FriendlyName = record.friendly_name }, #listed{ FriendlyName = "x" } })
    local by_number = { PhoneNumber = record.phone_number, FriendlyName = "x" }
    assert.equal(0, #listed(by_number))
    api.sandbox:sleep(2)
    assert.same({ 0, 1 }, { #listed{ FriendlyName = record.friendly_name }, #listed{ FriendlyName = "x" } })
    assert.equal(1, #listed(by_number))
  end)

  it("are those of caller IDs and addresses too", function ()
    api.post("OutgoingCallerIds.json", { PhoneNumber = "+14158675309", FriendlyName = "x" })
    api.post("Addresses.json", { CustomerName = "A", Street = "1", City = "B", Region = "C", PostalCode = "D",
      IsoCountry = "US", FriendlyName = "x" })
    api.sandbox:sleep(5)
    for _, key in ipairs{ "OutgoingCallerIds", "Addresses" } do
      local function names (filter)
        local page, list = api.get(key .. ".json", { FriendlyName = filter }), {}
        for i, record in ipairs(page.outgoing_caller_ids or page.addresses) do list[i] = record.friendly_name end
        return list
      end
      local page = api.get(key .. ".json")
      local sid = (page.outgoing_caller_ids or page.addresses)[1].sid
      api.post(key .. "/" .. sid .. ".json", { FriendlyName = "y" })
      assert.same({ { "x" }, {} }, { names("x"), names("y") })
      api.sandbox:sleep(2)
      assert.same({ {}, { "y" } }, { names("x"), names("y") })
    end
  end)
end)
