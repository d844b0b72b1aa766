local sandboxes = require "twilio.sandbox"
local searcher = require "twilio.searcher"
local twilio = require "twilio"

-- A stock of numbers that answers as Twilio does: `cap` rows at most, always the same ones, and no next page.
local function stock (numbers, cap)
  local shop = { asked = {} }
  local function matches (pattern, number)
    if not pattern then return true end
    local found = pattern:gsub("%*", "%%d"):gsub("%$$", "\0"):gsub("^%+", "^%%+"):gsub("%z", "$")
    return number:find(found) ~= nil
  end
  function shop.ask (pattern)
    shop.asked[#shop.asked + 1] = pattern or "all"
    local rows = {}
    for _, number in ipairs(numbers) do
      if #rows < cap and matches(pattern, number) then rows[#rows + 1] = { phone_number = number } end
    end
    return { available_phone_numbers = rows }
  end
  return shop
end

local function range (first, count, step)
  local numbers = {}
  for i = 0, count - 1 do numbers[i + 1] = "+" .. ("%.0f"):format(first + i * (step or 1)) end
  return numbers
end

local function walk (shop, options)
  local seen, count = {}, 0
  for page in searcher.new(shop.ask, options or {}) do
    for _, row in ipairs(page.available_phone_numbers) do
      assert.is_nil(seen[row.phone_number], row.phone_number .. " came twice")
      seen[row.phone_number] = true
      count = count + 1
    end
  end
  return count, seen
end

describe("a search beyond one answer", function ()
  it("finds every number once, though an answer holds thirty", function ()
    assert.equal(1000, (walk(stock(range(14155550000, 1000, 7), 30))))
  end)

  it("asks once where the first answer is not full", function ()
    local shop = stock(range(14155550000, 29), 30)
    assert.equal(29, (walk(shop)))
    assert.same({ "all" }, shop.asked)
  end)

  it("asks for no more than the limit needs", function ()
    local shop = stock(range(14155550000, 5000), 30)
    assert.equal(30, (walk(shop, { limit = 30 })))
    assert.same({ "all" }, shop.asked)
  end)

  it("stops at the limit in the middle of an answer", function ()
    assert.equal(45, (walk(stock(range(14155550000, 5000), 30), { limit = 45 })))
  end)

  it("asks only as the caller reads on", function ()
    local shop = stock(range(14155550000, 5000), 30)
    local pages = searcher.new(shop.ask, {})
    pages()
    assert.equal(1, #shop.asked)
  end)

  it("begins with the area code, where there is one", function ()
    local shop = stock(range(14155550000, 100), 30)
    walk(shop, { area_code = "415" })
    assert.equal("+14150", shop.asked[2])
  end)

  for code, first in pairs{ ["1"] = 12125550000, ["7"] = 79161234000, ["44"] = 442071838000, ["353"] = 353212345000 } do
    it("begins with a country's calling code, as " .. code, function ()
      local shop = stock(range(first, 100), 30)
      assert.equal(100, (walk(shop)))
      assert.equal("+" .. code .. "0", shop.asked[2])
    end)
  end

  it("learns from a bigger answer that a smaller one is whole", function ()
    local shop = stock(range(12005550000, 400, 10000019), 1000)
    assert.equal(400, (walk(shop)))
    assert.equal(11, #shop.asked)
  end)

  it("takes a small page_size for what a full answer holds", function ()
    assert.equal(100, (walk(stock(range(14155550000, 100), 5), { page_size = 5 })))
  end)

  for pattern, matching in pairs{
    ["+14155550"] = 1000,  -- held to the start: grows at its end
    ["0$"] = 200,          -- held to the end: grows at its front
    ["415555****"] = 2000, -- wildcards become digits
    ["**0$"] = 200,
    ["99"] = 38,           -- anywhere, the end included
  } do
    it("finds all that " .. pattern .. " matches", function ()
      assert.equal(matching, (walk(stock(range(14155550000, 2000), 30), { contains = pattern })))
    end)
  end

  it("looks at the number's end too where a pattern is held to neither end", function ()
    local numbers = range(14152220000, 30)
    numbers[31] = "+19992220415"
    assert.equal(31, (walk(stock(numbers, 30), { contains = "415" })))
  end)

  it("does not split a pattern that is held to both ends", function ()
    local shop = stock({ "+1415" }, 1)
    assert.equal(1, (walk(shop, { contains = "+1415$", page_size = 1 })))
    assert.same({ "+1415$" }, shop.asked)
  end)

  it("splits a pattern of digits that is given as a number", function ()
    local shop = stock(range(14155550000, 100), 30)
    assert.equal(100, (walk(shop, { contains = 415 })))
    assert.equal("415", shop.asked[1])
  end)

  it("gives what there is where a pattern cannot be split", function ()
    local shop = stock(range(14155550000, 100), 30)
    assert.equal(30, (walk({ ask = function () return shop.ask() end }, { contains = "4%5" })))
  end)

  it("answers a failure with what came before, and tries that search again", function ()
    local shop, broken = stock(range(14155550000, 100), 30), true
    local pages = searcher.new(function (pattern)
      if pattern and broken then return nil, { kind = "network" } end
      return shop.ask(pattern)
    end, {})
    assert.equal(30, #pages:next().available_phone_numbers)
    local page, err = pages:next()
    assert.is_nil(page)
    assert.same({ kind = "network", records = 30 }, err)
    broken = false
    local count = 30
    for more in pages do count = count + #more.available_phone_numbers end
    assert.equal(100, count)
  end)

  it("answers a row without its number as a failure, and tries that search again", function ()
    for _, number in ipairs{ 14155550123, {}, false } do
      local rows = { { phone_number = "+14155550122" }, { phone_number = number or nil } }
      local request = { operation = "search_local", method = "GET", url = "https://localhost/Local.json?AreaCode=415" }
      local pages = searcher.new(function ()
        return { available_phone_numbers = rows }, { status = 200, request_id = "RQ1", attempts = 2 }, request
      end, {})
      local page, err = pages:next()
      assert.is_nil(page)
      assert.same({ kind = "protocol", message = err.message, records = 0, operation = "search_local", method = "GET",
                    path = "/Local.json", status = 200, request_id = "RQ1", attempts = 2, sent = true,
                    retryable = false }, err)
      rows[2].phone_number = "+14155550123"
      assert.equal(2, #pages:next().available_phone_numbers)
    end
  end)

  it("raises the error object from a for loop", function ()
    local failure = { kind = "network" }
    local ok, raised = pcall(function ()
      for _ in searcher.new(function () return nil, failure end, {}) do error("a page came") end
    end)
    assert.is_false(ok)
    assert.equal(failure, raised)
  end)

  for what, move in pairs{ read = function (pages) return pages() end, closed = function (pages) pages:close() end } do
    it("tells a reader at its line that it was " .. what .. " elsewhere while it waited", function ()
      local shop = stock(range(14155550000, 100), 30)
      local slow = true
      local pages = searcher.new(function (pattern)
        if slow then coroutine.yield() end
        return shop.ask(pattern)
      end, {})
      local waiting = coroutine.create(function () assert(pages:next()) end)
      coroutine.resume(waiting)
      slow = false
      move(pages)
      local ok, said = coroutine.resume(waiting)
      assert.is_false(ok)
      assert.matches("searcher_spec.lua:%d+: this walk was read or closed elsewhere", said)
    end)
  end

  it("ends when it is closed", function ()
    local pages = searcher.new(stock(range(14155550000, 100), 30).ask, {})
    pages()
    pages:close()
    assert.is_nil(pages())
  end)
end)

describe("a search of the sandbox", function ()
  -- All that is found, and in how many searches, where an answer holds so many rows at most.
  local function found (rows, params)
    local sandbox = sandboxes.new{ search_rows = rows }
    local client = assert(twilio.new{ transport = sandbox, account_sid = sandbox.account_sid,
                                      auth_token = sandbox.auth_token })
    local numbers, count = {}, 0
    for row in client.numbers.each_local(params) do
      assert.is_nil(numbers[row.phone_number], row.phone_number .. " came twice")
      numbers[row.phone_number], count = true, count + 1
    end
    return numbers, count, sandbox:state().requests
  end

  it("finds with thirty rows an answer what a whole answer holds", function ()
    local params = { country_code = "US", contains = "+141555", sms_enabled = true }
    local whole, count, searches = found(1000, params)
    assert.is_true(count > 100 and count < 1000)
    assert.is_true(searches <= 12)
    assert.same(whole, (found(30, params)))
  end)

  it("finds 500 numbers, in no more than 60 searches", function ()
    local _, count, searches = found(30, { country_code = "US", limit = 500 })
    assert.equal(500, count)
    assert.is_true(searches <= 60)
  end)

  it("keeps to the other filters", function ()
    local numbers, count = found(30, { country_code = "US", area_code = 212, limit = 100 })
    assert.equal(100, count)
    for number in pairs(numbers) do assert.matches("^%+1212", number) end
  end)
end)
