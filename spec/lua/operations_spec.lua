local fake = require "spec.lua.fake"

local page = fake.response(200, fake.page{ fake.record() })

local function numbers_on (...)
  local transport = fake.transport(...)
  return fake.client(transport).numbers, transport
end

-- Where an error was raised: "file:line" of this file's `line`-th line before the call of here().
local function line_of (err)
  return tonumber(tostring(err):match("operations_spec%.lua:(%d+):"))
end

local function here ()
  return debug.getinfo(2, "l").currentline
end

describe("a client's functions", function ()
  it("are all operations, under Lua's and the connector's names, with their walks", function ()
    local numbers = numbers_on(page)
    local count = 0
    for _, row in ipairs(numbers.operations()) do
      count = count + 1
      for _, name in ipairs{ row.name, row.alias or row.name, row.each or row.name, row.pages or row.name } do
        assert.equal("function", type(numbers[name]), name)
      end
    end
    assert.equal(37, count)
  end)

  it("raise a mistake at the caller's line, with what was meant", function ()
    local numbers, transport = numbers_on(page)
    local line
    for _, mistake in ipairs{
      function () line = here() numbers.list_incoming{ phone_numbr = "+1" } end,
      function () line = here() numbers.list_incoming("all") end,
      function () line = here() numbers.list_incoming{ phone_number = {} } end,
      function () line = here() numbers:list_incoming{ phone_number = "+1" } end,
      function () line = here() numbers.list_incoming{ auth_token = 1 } end,
      function () line = here() local _ = numbers.each_incoming{ phone_numbr = "+1" } end,
      function () line = here() local _ = numbers.each_local{ countr = "US" } end,
      function () line = here() local _ = numbers.pages_incoming(12) end,
      function () line = here() numbers.reconcile{} end,
      function () line = here() numbers.getIncomingPhoneNumber{ sidd = fake.sid } end,
    } do
      local ok, err = pcall(mistake)
      assert.is_false(ok)
      assert.equal(line, line_of(err), tostring(err))
    end
    assert.equal(0, #transport.requests)
  end)

  it("raise a mistake at a line of the caller's where it tail-calls them", function ()
    local numbers = numbers_on(page)
    local function buy () return numbers.buy{ phone_numbr = "+1" } end
    local ok, err = pcall(function () return (buy()) end)
    assert.is_false(ok)
    assert.equal(here() - 2, line_of(err), tostring(err))
  end)

  it("suggest the parameter that was meant", function ()
    local numbers = numbers_on(page)
    local _, err = pcall(numbers.list_incoming, { phone_numbr = "+1" })
    assert.truthy(err:find("did you mean 'phone_number'", 1, true))
  end)

  it("are named in a mistake as they were called", function ()
    local numbers = numbers_on(page)
    for name, parameter in pairs{ pages_incoming = "limitt", each_incoming = "phone", each_local = "limitt",
                                  getIncomingPhoneNumber = "sidd", list_incoming = "limit", buy = "number" } do
      local _, err = pcall(numbers[name], { [parameter] = "x" })
      assert.truthy(err:find(": " .. name .. " has no parameter '" .. parameter .. "'", 1, true), err)
    end
    local _, err = pcall(numbers.each_incoming, { friendly_name = true })
    assert.truthy(err:find(": each_incoming: friendly_name must be a string", 1, true), err)
  end)

  it("say so when they are called with a colon", function ()
    local numbers = numbers_on(page)
    local _, err = pcall(function () numbers:buy{ phone_number = fake.number } end)
    assert.truthy(err:find("numbers.buy{", 1, true))
  end)

  it("answer a bad value as invalid, with the parameter, before anything is sent", function ()
    local numbers, transport = numbers_on(page)
    local value, err = numbers.get_incoming{ sid = "123123" }
    assert.is_nil(value)
    assert.same({ "invalid", "sid", "get_incoming", 0, false, false },
                { err.kind, err.parameter, err.operation, err.attempts, err.sent, err.retryable })
    assert.equal("twilio.error", getmetatable(err))
    assert.equal(0, #transport.requests)
  end)

  it("take no table for an empty one", function ()
    local numbers = numbers_on(page)
    assert.equal(1, #numbers.list_incoming().incoming_phone_numbers)
  end)

  it("answer exactly two values", function ()
    local numbers = numbers_on(fake.problem(400, 21402))
    assert.equal(2, select("#", numbers.list_incoming()))
    assert.equal(2, select("#", numbers.add_outgoing{ phone_number = fake.number }))
  end)
end)

describe("a list", function ()
  it("is one page, and asks for a size only when told to", function ()
    local numbers, transport = numbers_on(page)
    numbers.list_incoming()
    numbers.list_incoming{ page_size = 5 }
    assert.is_nil(transport.requests[1].url:find("PageSize"))
    assert.truthy(transport.requests[2].url:find("PageSize=5", 1, true))
  end)
end)

describe("a walk", function ()
  local base = "/2010-04-01/Accounts/" .. fake.account.sid .. "/IncomingPhoneNumbers.json?PageSize=2&Page="

  local function record (i) return fake.record{ sid = ("PN%032d"):format(i) } end

  -- Three pages of two.
  local function listing (request)
    local at = tonumber(request.url:match("[?&]Page=(%d+)")) or 0
    return fake.response(200, fake.page({ record(2 * at), record(2 * at + 1) }, at < 2 and base .. at + 1 or nil))
  end

  it("asks for a thousand a page, or as few as it is to give", function ()
    local numbers, transport = numbers_on(page)
    for _, given in ipairs{ {}, { limit = 7 }, { PageSize = 9, limit = 20 } } do numbers.each_incoming(given)() end
    for i, size in ipairs{ 1000, 7, 9 } do
      assert.truthy(transport.requests[i].url:find("PageSize=" .. size, 1, true))
    end
  end)

  it("goes from page to page", function ()
    local numbers, transport = numbers_on(listing)
    local count = 0
    for _ in numbers.each_incoming() do count = count + 1 end
    assert.same({ 6, 3 }, { count, #transport.requests })
    assert.equal("https://api.twilio.com" .. base .. "2", transport.requests[3].url)
    assert.truthy(transport.requests[3].headers["User-Agent"])
  end)

  it("resumes where it was told to", function ()
    local numbers, transport = numbers_on(listing)
    local count = 0
    for _ in numbers.each_incoming{ resume = base .. "1" } do count = count + 1 end
    assert.same({ 4, 2 }, { count, #transport.requests })
  end)

  it("does not follow a URI that leads elsewhere", function ()
    for _, uri in ipairs{ "https://evil.example/", "//evil.example/", "@evil.example/", ".evil.example/", "/other.json",
                          base:gsub(fake.account.sid, "AC" .. ("b"):rep(32)) .. "1" } do
      local numbers, transport = numbers_on(fake.response(200, fake.page({ record(1) }, uri)))
      local pager = numbers.pages_incoming()
      assert.truthy(pager:next())
      local nothing, err = pager:next()
      assert.is_nil(nothing)
      assert.same({ "protocol", 1, 1 }, { err.kind, err.records, #transport.requests })
    end
  end)

  it("retries a page, and tells how far it came when that does not help", function ()
    local failing = 0
    local numbers = numbers_on(function (request)
      if request.url:find("&Page=1", 1, true) and failing > 0 then
        failing = failing - 1
        return fake.lost
      end
      return listing(request)
    end)
    failing = 3
    local count = 0
    for _ in numbers.each_incoming() do count = count + 1 end
    assert.equal(6, count)
    failing = 4
    local pager = numbers.pages_incoming()
    pager:next()
    local nothing, err = pager:next()
    assert.is_nil(nothing)
    assert.same({ "network", 2, base .. "1", 4 }, { err.kind, err.records, err.resume, err.attempts })
    local again = numbers.pages_incoming{ resume = err.resume }
    assert.equal(2, #again:next().incoming_phone_numbers)
  end)

  it("raises a failure that it begins with, as an error object", function ()
    local numbers = numbers_on(page)
    local ok, err = pcall(numbers.each_incoming{ page_size = 0 })
    assert.is_false(ok)
    assert.same({ "invalid", "page_size" }, { err.kind, err.parameter })
  end)

  it("of a search goes beyond one answer", function ()
    local numbers, transport = numbers_on(function (request)
      local rows = {}
      if request.url:find("Contains") then rows[1] = "+141555599" .. request.url:match("Contains=%%2B1(%d+)"):sub(-2)
      else for i = 1, 30 do rows[i] = ("+14155550%03d"):format(i) end end
      return fake.response(200, fake.available(rows))
    end)
    local count = 0
    for _ in numbers.each_local{ country_code = "US", area_code = 415, limit = 35 } do count = count + 1 end
    assert.equal(35, count)
    assert.truthy(transport.requests[2].url:find("AreaCode=415", 1, true))
    assert.truthy(transport.requests[2].url:find("Contains=%2B1415", 1, true))
  end)

  it("asks for the next page in advance where the transport can, and takes it back on break", function ()
    local transport = fake.transport(listing)
    local ahead, cancelled = 0, 0
    function transport.prefetch (_, request)
      ahead = ahead + 1
      return { drive = function () end, cancel = function () cancelled = cancelled + 1 end,
               wait = function () return transport:send(request) end }
    end
    local numbers = fake.client(transport).numbers
    local count = 0
    for _ in numbers.each_incoming() do count = count + 1 end
    assert.equal(6, count)
    for _ in numbers.each_incoming() do break end -- luacheck: ignore 512
    local next, _, _, pager = numbers.each_incoming{ prefetch = false }
    next()
    pager:close()
    if _VERSION == "Lua 5.1" then
      assert.same({ 0, 0 }, { ahead, cancelled })
    else
      assert.same({ 3, 1 }, { ahead, cancelled })
    end
    ahead, cancelled = 0, 0
    next, _, _, pager = numbers.each_incoming{ prefetch = true }
    next()
    pager:close()
    assert.same({ 1, 1 }, { ahead, cancelled })
  end)
end)
