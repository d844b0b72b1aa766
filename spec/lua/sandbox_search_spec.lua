-- The sandbox: searching for available numbers.

local contains = require "twilio.sandbox.contains"
local inside = require "spec.support.inside"

describe("sandbox: available numbers", function ()
  local api
  before_each(function () api = inside.new() end)

  local function search (query, country, type)
    local found, status = api.get("AvailablePhoneNumbers/" .. (country or "US") .. "/" .. (type or "Local") .. ".json",
      query)
    return found.available_phone_numbers, status, found
  end

  -- Every row of a search that finds something has that property.
  local function all (query, holds, country, type)
    local rows = search(query, country, type)
    assert.is_true(#rows > 0, "nothing found")
    for _, row in ipairs(rows) do assert.is_true(holds(row), row.phone_number) end
    return rows
  end

  local function each_is (field, value, query, country, type)
    return all(query, function (row) return row[field] == value end, country, type)
  end

  it("come with what belongs together", function ()
    local row = search{ AreaCode = "808", InLocality = "Hilo" }[1]
    assert.same({ "834", "Hilo", "HILO", "19.720000", "-155.090000", "HI", "96720", "US", "none" },
      { row.lata, row.locality, row.rate_center, row.latitude, row.longitude, row.region, row.postal_code,
        row.iso_country, row.address_requirements })
    assert.is_boolean(row.beta)
    for _, name in ipairs{ "voice", "SMS", "MMS" } do assert.is_boolean(row.capabilities[name]) end
  end)

  it("are 30 without a PageSize, and as many as PageSize says with one", function ()
    assert.equal(30, #search{})
    assert.equal(7, #search{ PageSize = 7 })
    assert.equal(250, #search{ PageSize = 250 })
    assert.equal(30, #search{ PageSize = "nan" })
  end)

  it("are no more than search_rows allows", function ()
    api = inside.new{ search_rows = 30 }
    assert.equal(30, #search{ PageSize = 100 })
  end)

  it("are the same each time, and without repeats", function ()
    local rows, seen = search{ PageSize = 1000 }, {}
    assert.same(rows, (search{ PageSize = 1000 }))
    for _, row in ipairs(rows) do
      assert.is_nil(seen[row.phone_number])
      seen[row.phone_number] = true
    end
  end)

  it("differ with the seed", function ()
    local one = search{}[1].phone_number
    api = inside.new{ seed = 2 }
    assert.not_equal(one, search{}[1].phone_number)
  end)

  it("are not paged: uri alone, as it was sent", function ()
    local _, _, found = search{ AreaCode = "510", Contains = "555" }
    assert.equal("/2010-04-01/Accounts/" .. api.sandbox.account_sid
      .. "/AvailablePhoneNumbers/US/Local.json?AreaCode=510&Contains=555", found.uri)
    assert.is_nil(found.next_page_uri)
    assert.is_nil(found.page)
  end)

  it("can be none: 200 with an empty list", function ()
    local _, status, found = search{ AreaCode = "999" }
    assert.equal(200, status)
    assert.same({}, found.available_phone_numbers)
  end)

  describe("by place:", function ()
    it("area code", function ()
      all({ AreaCode = "415" }, function (row) return row.phone_number:find("^%+1415") ~= nil end)
    end)
    it("an area code that is none is refused", function ()
      local err, status = api.get("AvailablePhoneNumbers/US/Local.json", { AreaCode = "41" })
      assert.same({ 400, 21451 }, { status, err.code })
    end)
    it("region", function () each_is("region", "TX", { InRegion = "TX" }) end)
    it("region of a number", function ()
      each_is("region", "HI", { InRegion = search{ AreaCode = "808" }[1].phone_number })
    end)
    it("locality", function () each_is("locality", "Berkeley", { InLocality = "Berkeley" }) end)
    it("locality of a number", function ()
      local number = search{ InLocality = "Novato" }[1].phone_number
      each_is("locality", "Novato", { InLocality = number })
    end)
    it("locality outside North America", function ()
      each_is("locality", "Manchester", { InLocality = "Manchester" }, "GB")
    end)
    it("postal code", function () each_is("postal_code", "94704", { InPostalCode = "94704" }) end)
    it("LATA", function () each_is("lata", "722", { InLata = "722" }) end)
    it("rate center, with its LATA", function ()
      each_is("rate_center", "SNFC CNTRL", { InRateCenter = "SNFC CNTRL", InLata = "722" })
    end)
    it("rate center without a LATA is refused", function ()
      local _, status = api.get("AvailablePhoneNumbers/US/Local.json", { InRateCenter = "SNFC CNTRL" })
      assert.equal(400, status)
    end)
    it("rate center of a number", function ()
      local number = search{ InLocality = "Oakland" }[1].phone_number
      each_is("rate_center", "OKLD MN-PD", { InRateCenter = number, InLata = number })
    end)
    it("two at once", function ()
      all({ AreaCode = "530", InLocality = "Redding" }, function (row)
        return row.locality == "Redding" and row.phone_number:find("^%+1530") ~= nil
      end)
    end)
    it("and its filters for North America leave other countries alone", function ()
      assert.equal(30, #search({ InRegion = "CA", AreaCode = "415" }, "GB"))
    end)
  end)

  describe("near", function ()
    local function localities (query)
      query.PageSize = 1000
      local found = {}
      for _, row in ipairs(search(query)) do found[row.locality] = true end
      return found
    end

    it("a point: within 25 miles without a distance", function ()
      assert.same({ ["San Francisco"] = true, Novato = true, Oakland = true, Berkeley = true },
        localities{ NearLatLong = "37.8,-122.4" })
    end)
    it("a point: within the distance", function ()
      assert.same({ Oakland = true, Berkeley = true }, localities{ NearLatLong = "37.84,-122.26", Distance = 5 })
      assert.is_true(localities{ NearLatLong = "37.8,-122.4", Distance = 90 }.Sacramento)
    end)
    it("a number", function ()
      local number = search{ InLocality = "Hilo" }[1].phone_number
      assert.same({ Hilo = true }, localities{ NearNumber = number })
      assert.same({ Hilo = true, Honolulu = true }, localities{ NearNumber = number, Distance = 300 })
    end)
    it("an unknown number: nothing", function ()
      assert.same({}, localities{ NearNumber = "+19995550100" })
    end)
    it("nonsense is refused", function ()
      for _, query in ipairs{ { NearLatLong = "here" }, { NearLatLong = "91,0" },
        { NearLatLong = "37.8,-122.4", Distance = 501 }, { NearLatLong = "37.8,-122.4", Distance = "nan" } } do
        assert.equal(400, select(2, api.get("AvailablePhoneNumbers/US/Local.json", query)))
      end
    end)
  end)

  describe("by kind:", function ()
    local flags = { VoiceEnabled = "voice", SmsEnabled = "SMS", MmsEnabled = "MMS", FaxEnabled = "fax" }
    for parameter, name in pairs(flags) do
      it(parameter, function ()
        all({ [parameter] = "true" }, function (row) return row.capabilities[name] end)
      end)
    end
    it("SmsEnabled=false", function ()
      all({ SmsEnabled = "false" }, function (row) return not row.capabilities.SMS end)
    end)
    it("Beta=false leaves the new ones out; they are in otherwise", function ()
      local beta = 0
      for _, row in ipairs(search{ PageSize = 1000 }) do beta = beta + (row.beta and 1 or 0) end
      assert.is_true(beta > 0)
      all({ Beta = "false", PageSize = 1000 }, function (row) return not row.beta end)
    end)
    it("address requirements", function ()
      assert.equal("any", search({}, "GB")[1].address_requirements)
      assert.equal("local", search({}, "DE")[1].address_requirements)
      assert.equal("foreign", search({}, "DE", "TollFree")[1].address_requirements)
      assert.same({}, (search({ ExcludeAllAddressRequired = "true" }, "GB")))
      assert.same({}, (search({ ExcludeLocalAddressRequired = "true" }, "DE")))
      assert.same({}, (search({ ExcludeForeignAddressRequired = "true" }, "DE", "TollFree")))
      assert.equal(30, #search({ ExcludeForeignAddressRequired = "true" }, "DE"))
      assert.equal(30, #search({ ExcludeAllAddressRequired = "true" }, "US"))
    end)
  end)

  describe("Contains", function ()
    local function matches (pattern, number)
      local test = contains.compile(pattern)
      return test and test(number)
    end

    it("finds digits anywhere", function ()
      all({ Contains = "867" }, function (row) return row.phone_number:find("867", 1, true) ~= nil end)
    end)
    it("takes letters as on a telephone's keys", function ()
      assert.is_true(matches("FLOWers", "+14153569377"))
      assert.is_false(matches("FLOWers", "+14153569378"))
    end)
    it("* is one digit, % any", function ()
      assert.is_true(matches("415*****", "+14155550100"))
      assert.is_false(matches("5550100*", "+14155550100"))
      assert.is_true(matches("5550100%", "+14155550100"))
      assert.is_true(matches("**555", "+14155550100"))
    end)
    it("+ is the start and $ the end", function ()
      assert.is_true(matches("+1415", "+14155550100"))
      assert.is_false(matches("+4155", "+14155550100"))
      assert.is_true(matches("0100$", "+14155550100"))
      assert.is_false(matches("555$", "+14155550100"))
    end)
    it("has 2 to 16 characters, and 2 digits beside a * or %", function ()
      for _, pattern in ipairs{ "01", "41*", "%41" } do assert.is_true(matches(pattern, "+14155550100"), pattern) end
      assert.is_function(contains.compile(("1"):rep(16)))
    end)
    it("is refused where it is no pattern", function ()
      for _, pattern in ipairs{ "1", ("1"):rep(17), "5*5", "5%5", "*5", "%*55", "55%$", "+*55", "5-5", "é5", "$55",
        "**" } do
        assert.is_nil(contains.compile(pattern), pattern)
      end
      assert.equal(400, select(2, api.get("AvailablePhoneNumbers/US/Local.json", { Contains = "5*5" })))
    end)
    it("goes with an area code", function ()
      all({ AreaCode = "212", Contains = "77$" }, function (row)
        return row.phone_number:find("^%+1212%d+77$") ~= nil
      end)
    end)
  end)

  describe("countries", function ()
    it("are listed with the types that they sell", function ()
      local page = api.get("AvailablePhoneNumbers.json")
      local sold = {}
      for _, country in ipairs(page.countries) do sold[country.country_code] = country.subresource_uris end
      local base = "/2010-04-01/Accounts/" .. api.sandbox.account_sid .. "/AvailablePhoneNumbers"
      assert.equal(base .. ".json", page.uri)
      assert.same({ ["local"] = base .. "/US/Local.json", toll_free = base .. "/US/TollFree.json" }, sold.US)
      assert.truthy(sold.CA.toll_free)
      assert.truthy(sold.GB.mobile and sold.GB.national and sold.GB.voip and sold.GB.shared_cost)
      assert.truthy(sold.AU.machine_to_machine)
    end)

    it("sell numbers of each type that they list", function ()
      for _, country in ipairs(api.get("AvailablePhoneNumbers.json").countries) do
        for _, uri in pairs(country.subresource_uris) do
          local found = api.follow(uri)
          assert.equal(30, #found.available_phone_numbers, uri)
          assert.equal(country.country_code, found.available_phone_numbers[1].iso_country)
        end
      end
    end)

    it("are fetched one by one", function ()
      assert.equal("Germany", api.get("AvailablePhoneNumbers/DE.json").country)
      assert.equal(404, select(2, api.get("AvailablePhoneNumbers/LK.json")))
    end)

    it("answer 404 for a type that they do not sell", function ()
      local err, status = api.get("AvailablePhoneNumbers/US/Mobile.json")
      assert.same({ 404, 20404 }, { status, err.code })
      assert.equal("The requested resource /2010-04-01/Accounts/" .. api.sandbox.account_sid
        .. "/AvailablePhoneNumbers/US/Mobile.json was not found", err.message)
    end)

    it("have toll-free numbers without a place", function ()
      local row = search({ AreaCode = "888" }, "US", "TollFree")[1]
      assert.truthy(row.phone_number:find("^%+1888"))
      local _, _, response = api.get("AvailablePhoneNumbers/US/TollFree.json", { PageSize = 1 })
      for _, field in ipairs{ "lata", "locality", "rate_center", "latitude", "longitude", "region", "postal_code" } do
        assert.truthy(response.body:find('"' .. field .. '":null', 1, true), field)
      end
    end)
  end)
end)
