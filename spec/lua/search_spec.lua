local contains = require "twilio.sandbox.contains"
local fake = require "spec.lua.fake"
local search = require "twilio.search"

describe("the patterns of a search", function ()
  it("are such as a search takes", function ()
    local number = "+1 (415) 555-01"
    for _, pattern in ipairs{ search.starts_with(number), search.ends_with("555-0100"),
                              search.pattern(number .. "??") } do
      local client = fake.client(fake.transport(fake.response(200, fake.available{})))
      assert.truthy(client.numbers.search_local{ country_code = "US", contains = pattern })
      assert.truthy(contains.compile(pattern), pattern)
    end
  end)

  it("start with a country's digits", function ()
    assert.equal("+1415555", search.starts_with("+1 (415) 555"))
  end)

  it("end with digits or letters", function ()
    assert.equal("0100$", search.ends_with("01-00"))
    assert.equal("TAXI$", search.ends_with("TAXI"))
  end)

  it("have ? for any digit before or behind the others", function ()
    assert.equal("+1415555****", search.pattern("+1 415 555-????"))
    assert.equal("***555", search.pattern("??? 555"))
    assert.equal("*555*", search.pattern("?555?"))
  end)

  it("have sixteen characters at most", function ()
    assert.equal("+123456789012345", search.starts_with("+1 234 567 890 12345"))
    assert.equal("123456789012345$", search.ends_with("123456789012345"))
  end)

  for what, call in pairs{
    ["a start without its country"] = function () search.starts_with("415") end,
    ["a + that a ? follows, which Twilio does not take"] = function () search.pattern("+?415") end,
    ["a ? before and behind too few digits"] = function () search.pattern("?4?") end,
    ["a ? between digits"] = function () search.pattern("+1 4?5") end,
    ["no text at all"] = function () search.ends_with(nil) end,
    ["a start of more than sixteen characters"] = function () search.starts_with("+1234567890123456") end,
    ["an end of more than sixteen characters, its $ among them"] = function () search.ends_with("1234567890123456") end,
  } do
    it("raise at the caller's line for " .. what, function ()
      local ok, message = pcall(call)
      assert.is_false(ok)
      assert.matches("^[^:]*search_spec%.lua:%d+: ", message)
    end)
  end
end)
