-- The sandbox: addresses, the numbers that depend on them, add-ons and their extensions.

local inside = require "spec.support.inside"

local ALL = "Addresses.json"
local INSTALLED = "XE" .. ("1"):rep(32)

describe("sandbox:", function ()
  local api
  before_each(function () api = inside.new() end)

  local function fields (changes)
    local form = { CustomerName = "Ada", Street = "1 Main St", City = "San Francisco", Region = "CA",
      PostalCode = "94105", IsoCountry = "US" }
    for name, value in pairs(changes or {}) do form[name] = value end
    return form
  end

  local function create (changes) return (api.post(ALL, fields(changes))) end
  local function path (record, more) return "Addresses/" .. record.sid .. (more or "") .. ".json" end

  describe("an address", function ()
    it("is created with what it is given", function ()
      local record, status = api.post(ALL, fields{ FriendlyName = "Office", StreetSecondary = "Suite 3",
        EmergencyEnabled = "true" })
      assert.equal(201, status)
      assert.truthy(record.sid:find("^AD%x+$") and #record.sid == 34)
      assert.same({ "Ada", "1 Main St", "Suite 3", "San Francisco", "CA", "94105", "US", "Office", true, false, false },
        { record.customer_name, record.street, record.street_secondary, record.city, record.region, record.postal_code,
          record.iso_country, record.friendly_name, record.emergency_enabled, record.validated, record.verified })
      assert.same(record, api.get(path(record)))
    end)

    it("needs its six parts", function ()
      for _, name in ipairs{ "CustomerName", "Street", "City", "Region", "PostalCode", "IsoCountry" } do
        local err, status = api.post(ALL, fields{ [name] = "" })
        assert.equal(400, status)
        assert.truthy(err.message:find(name, 1, true))
      end
      assert.same({}, api.get(ALL).addresses)
    end)

    it("is corrected, unless AutoCorrectAddress is false", function ()
      local sloppy = { Street = " 1  Main  St ", Region = "ca" }
      assert.same({ "1 Main St", "CA" }, { create(sloppy).street, create(sloppy).region })
      sloppy.AutoCorrectAddress = "false"
      assert.same({ " 1  Main  St ", "ca" }, { create(sloppy).street, create(sloppy).region })
    end)

    it("is updated where it says so", function ()
      local record = create()
      local updated, status = api.post(path(record), { Street = "2 Main St", IsoCountry = "DE" })
      assert.equal(200, status)
      assert.same({ "2 Main St", "US", "Ada" }, { updated.street, updated.iso_country, updated.customer_name })
      assert.equal(400, select(2, api.post(path(record), { City = "" })))
    end)

    it("is removed", function ()
      local record = create()
      assert.equal(204, select(2, api.delete(path(record))))
      for _, method in ipairs{ "GET", "POST", "DELETE" } do
        assert.equal(404, api.send(method, path(record), { body = {} }).status)
      end
    end)

    it("is found by its exact properties", function ()
      local home = create{ CustomerName = "Bob", FriendlyName = "Home", IsoCountry = "de", EmergencyEnabled = "true" }
      create()
      for name, value in pairs{ CustomerName = "Bob", FriendlyName = "Home", IsoCountry = "DE",
        EmergencyEnabled = "true" } do
        local list = api.get(ALL, { [name] = value }).addresses
        assert.equal(1, #list, name)
        assert.equal(home.sid, list[1].sid)
      end
    end)
  end)

  describe("dependent numbers", function ()
    it("are those that an address is given for", function ()
      local record = create()
      local first = api.buy{ AddressSid = record.sid }
      local second = api.buy{ EmergencyAddressSid = record.sid, VoiceUrl = "https://example.com" }
      api.buy()
      local list = api.get(path(record, "/DependentPhoneNumbers")).dependent_phone_numbers
      assert.same({ second.sid, first.sid }, { list[1].sid, list[2].sid })
      assert.equal(2, #list)
      assert.equal("https://example.com", list[1].voice_url)
      assert.is_boolean(list[1].capabilities.Voice)
    end)

    it("keep their address from being removed", function ()
      local record = create()
      local number = api.buy{ AddressSid = record.sid }
      assert.equal(409, select(2, api.delete(path(record))))
      api.post("IncomingPhoneNumbers/" .. number.sid .. ".json", { AddressSid = "" })
      assert.equal(204, select(2, api.delete(path(record))))
    end)

    it("of an unknown address are a 404", function ()
      assert.equal(404, select(2, api.get("Addresses/AD0/DependentPhoneNumbers.json")))
    end)
  end)

  describe("an add-on", function ()
    local function at (number, more)
      return "IncomingPhoneNumbers/" .. number.sid .. "/AssignedAddOns" .. (more or "") .. ".json"
    end

    it("is assigned, fetched, listed and removed", function ()
      local number = api.buy()
      local add_on, status = api.post(at(number), { InstalledAddOnSid = INSTALLED })
      assert.same({ 201, INSTALLED, number.sid }, { status, add_on.sid, add_on.resource_sid })
      assert.same(add_on, api.get(at(number, "/" .. INSTALLED)))
      assert.same(add_on, api.get(at(number)).assigned_add_ons[1])
      assert.equal(204, select(2, api.delete(at(number, "/" .. INSTALLED))))
      assert.same({}, api.get(at(number)).assigned_add_ons)
      assert.equal(404, select(2, api.get(at(number, "/" .. INSTALLED))))
    end)

    it("is assigned once", function ()
      local number = api.buy()
      api.post(at(number), { InstalledAddOnSid = INSTALLED })
      assert.equal(409, select(2, api.post(at(number), { InstalledAddOnSid = INSTALLED })))
    end)

    it("needs an installation and a number", function ()
      assert.equal(400, select(2, api.post(at(api.buy()), { InstalledAddOnSid = "XE1" })))
      assert.equal(404, select(2, api.post(at{ sid = "PN0" }, { InstalledAddOnSid = INSTALLED })))
    end)

    it("has extensions", function ()
      local number = api.buy()
      local add_on = api.post(at(number), { InstalledAddOnSid = INSTALLED })
      local extensions = api.follow(add_on.subresource_uris.extensions).extensions
      assert.is_true(#extensions > 0)
      assert.truthy(extensions[1].sid:find("^XF%x+$"))
      assert.same({ INSTALLED, number.sid, true },
        { extensions[1].assigned_add_on_sid, extensions[1].resource_sid, extensions[1].enabled })
      assert.same(extensions[1], api.follow(extensions[1].uri))
      assert.equal(404, select(2, api.get(at(number, "/" .. INSTALLED .. "/Extensions/XF0"))))
      assert.equal(404, select(2, api.get(at(number, "/XE0/Extensions"))))
    end)

    it("goes with its number to another account", function ()
      local number, sub = api.buy(), "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
      api.post(at(number), { InstalledAddOnSid = INSTALLED })
      api.post("IncomingPhoneNumbers/" .. number.sid .. ".json", { AccountSid = sub })
      local response = api.send("GET", at(number, "/" .. INSTALLED), { account_sid = sub })
      assert.equal(200, response.status)
      assert.truthy(response.body:find('"account_sid":"' .. sub, 1, true))
    end)
  end)
end)
