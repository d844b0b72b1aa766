-- The sandbox: Twilio's paging.

local inside = require "spec.support.inside"
local null = require "cjson".null

local ALL = "IncomingPhoneNumbers.json"

describe("sandbox: paging", function ()
  local api

  local function sids (page)
    local list = {}
    for i, record in ipairs(page.incoming_phone_numbers) do list[i] = record.sid end
    return list
  end

  -- Every SID of a listing, from page to page.
  local function walk (query, between)
    local page, all = api.get(ALL, query), {}
    while true do
      for _, sid in ipairs(sids(page)) do all[#all + 1] = sid end
      if between then between(page) end
      if not page.next_page_uri or page.next_page_uri == null then return all end
      page = api.follow(page.next_page_uri)
    end
  end

  local function base (query)
    return "/2010-04-01/Accounts/" .. api.sandbox.account_sid .. "/" .. ALL .. "?" .. query
  end

  it("has 50 rows a page without a PageSize", function ()
    api = inside.new{ numbers = 51 }
    local page = api.get(ALL)
    assert.equal(50, #page.incoming_phone_numbers)
    assert.same({ 0, 50, 0, 49 }, { page.page, page.page_size, page.start, page["end"] })
  end)

  it("says where it is by host-relative URIs and SIDs", function ()
    api = inside.new{ numbers = 5 }
    local all = walk{ PageSize = 5 }
    local first = api.get(ALL, { PageSize = 2 })
    assert.same({ base"PageSize=2&Page=0", base"PageSize=2&Page=0", null },
      { first.uri, first.first_page_uri, first.previous_page_uri })
    assert.equal(base("PageSize=2&Page=1&PageToken=PA" .. all[2]), first.next_page_uri)
    local second = api.follow(first.next_page_uri)
    assert.same({ all[3], all[4] }, sids(second))
    assert.same({ 1, 2, 3 }, { second.page, second.start, second["end"] })
    assert.equal(first.next_page_uri, second.uri)
    assert.equal(base("PageSize=2&Page=0&PageToken=PB" .. all[3]), second.previous_page_uri)
    local third = api.follow(second.next_page_uri)
    assert.same({ all[5] }, sids(third))
    assert.same({ 4, 4, null }, { third.start, third["end"], third.next_page_uri })
  end)

  it("goes back to where it came from", function ()
    api = inside.new{ numbers = 5 }
    local first = api.get(ALL, { PageSize = 2 })
    local back = api.follow(api.follow(first.next_page_uri).previous_page_uri)
    assert.same(sids(first), sids(back))
    assert.equal(null, back.previous_page_uri)
    assert.equal(first.next_page_uri, back.next_page_uri)
  end)

  it("refuses a page beyond all counting", function ()
    api = inside.new{ numbers = 1 }
    for _, page in ipairs{ "99999999999999999999", "-1", "x" } do
      assert.same({ 400, 20422 }, (function ()
        local response = api.send("GET", ALL, { query = { Page = page } })
        return { response.status, tonumber(response.body:match('"code":(%d+)')) }
      end)())
    end
  end)

  for _, count in ipairs{ 0, 1, 50, 51, 1000 } do
    it("shows each of " .. count .. " numbers once", function ()
      api = inside.new{ numbers = count }
      local seen, all = {}, walk{}
      for _, sid in ipairs(all) do seen[sid] = true end
      local distinct = 0
      for _ in pairs(seen) do distinct = distinct + 1 end
      assert.same({ count, count }, { #all, distinct })
    end)
  end

  it("keeps filters in its URIs, encoded", function ()
    api = inside.new{ numbers = 3 }
    local page = api.get(ALL, { PhoneNumber = "+1*", PageSize = 1 })
    assert.equal(base"PhoneNumber=%2B1%2A&PageSize=1&Page=0", page.uri)
    assert.equal(3, #walk{ PhoneNumber = "+1*", PageSize = 1 })
  end)

  it("keeps the filter by one number on every page", function ()
    api = inside.new{ numbers = 120 }
    local owned = api.sandbox:state().owned[7]
    assert.equal(1, #sids(api.get(ALL, { PhoneNumber = owned })))
    local second = api.get(ALL, { PhoneNumber = owned, Page = 1 })
    assert.same({ {}, null }, { sids(second), second.next_page_uri })
  end)

  it("has no next page where nothing that passes the filter follows", function ()
    api = inside.new{ numbers = 3 }
    local oldest = walk{ PageSize = 1 }[3]
    api.post("IncomingPhoneNumbers/" .. oldest .. ".json", { FriendlyName = "x" })
    local page = api.get(ALL, { FriendlyName = "x", PageSize = 1 })
    assert.same({ { oldest }, null }, { sids(page), page.next_page_uri })
  end)

  it("loses no row when numbers are bought meanwhile", function ()
    api = inside.new{ numbers = 6 }
    assert.equal(6, #walk({ PageSize = 2 }, function () api.buy() end))
  end)

  it("loses no row when each is released after its page", function ()
    api = inside.new{ numbers = 7 }
    local all = walk({ PageSize = 2 }, function (page)
      for _, sid in ipairs(sids(page)) do api.delete("IncomingPhoneNumbers/" .. sid .. ".json") end
    end)
    assert.equal(7, #all)
    assert.same({}, api.sandbox:state().owned)
  end)

  it("skips whole pages where Page has no token", function ()
    api = inside.new{ numbers = 5 }
    local all = walk{ PageSize = 5 }
    local page = api.get(ALL, { PageSize = 2, Page = 1 })
    assert.same({ all[3], all[4] }, sids(page))
    assert.same({}, sids(api.get(ALL, { PageSize = 2, Page = 9 })))
  end)

  it("refuses a page size above 1000 with 20007", function ()
    api = inside.new()
    local err, status = api.get(ALL, { PageSize = 1001 })
    assert.same({ 400, 20007 }, { status, err.code })
    assert.equal(200, select(2, api.get(ALL, { PageSize = 1000 })))
  end)

  it("refuses a page size that is none", function ()
    api = inside.new()
    for _, size in ipairs{ 0, -1, "many", "5x", "x5" } do
      local err, status = api.get(ALL, { PageSize = size })
      assert.same({ 400, 20422 }, { status, err.code })
    end
    assert.equal(50, api.get(ALL, { PageSize = "" }).page_size)
  end)

  it("refuses a page that is none", function ()
    api = inside.new()
    for _, page in ipairs{ -1, "1x", "x1" } do
      local err, status = api.get(ALL, { Page = page })
      assert.same({ 400, 20422 }, { status, err.code })
    end
  end)

  it("refuses a token that is none with 21481", function ()
    api = inside.new{ numbers = 2 }
    local good = "PA" .. walk{}[1]
    assert.equal(200, select(2, api.get(ALL, { PageToken = good, Page = 1 })))
    for _, token in ipairs{ "x", "PA", "PAPN" .. ("0"):rep(32), "PXPN" .. ("0"):rep(32), "x" .. good, good .. "x" } do
      local err, status = api.get(ALL, { PageToken = token, Page = 1 })
      assert.same({ 400, 21481 }, { status, err.code })
    end
  end)

  it("costs the same at 20,000 numbers as at 200", function ()
    local function seconds (numbers)
      api = inside.new{ numbers = numbers }
      local token = "PA" .. api.get(ALL, { PageSize = 1, Page = math.floor(numbers / 2) }).incoming_phone_numbers[1].sid
      local best = math.huge
      for _ = 1, 5 do
        local began = os.clock()
        for _ = 1, 40 do api.get(ALL, { PageSize = 5, Page = 7, PageToken = token }) end
        best = math.min(best, os.clock() - began)
      end
      return best
    end
    local few, many = seconds(200), seconds(20000)
    assert.is_true(many < 4 * few, ("%g s against %g s"):format(many, few))
  end)
end)
