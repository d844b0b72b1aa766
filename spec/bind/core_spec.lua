-- Clocks, sleep and chance. (What the other files of src/bind add has specs of their own.)

local core = require "twilio.core"

describe("twilio.core", function ()
  it("has what the contract names, and nothing else", function ()
    local names = {}
    for name, value in pairs(core) do
      assert.equal("function", type(value))
      names[#names + 1] = name
    end
    table.sort(names)
    assert.equal("account date distance encode follow now operations random reader request result sleep",
      table.concat(names, " "))
  end)

  it("loads twice, the second copy as good as the first", function ()
    local first = package.loaded["twilio.core"]
    package.loaded["twilio.core"] = nil
    local again = require "twilio.core"
    package.loaded["twilio.core"] = first
    local account = first.account{ account_sid = "AC" .. ("0"):rep(32), secret = "s" }
    assert.truthy(again.request("list_incoming", account))
  end)

  it("has a clock that goes on and never back", function ()
    local last = core.now()
    for _ = 1, 1000 do
      local now = core.now()
      assert.is_true(now >= last)
      last = now
    end
  end)

  it("counts the edits between two names, case and underscores aside", function ()
    assert.equal(0, core.distance("accountSid", "account_sid"))
    assert.equal(1, core.distance("acount_sid", "account_sid"))
    assert.equal(3, core.distance("", "abc"))
    assert.is_true(core.distance("frobnicate", "account_sid") > 3)
  end)

  it("reads a date of Twilio's, and minds its zone", function ()
    assert.equal(1438298344, core.date("Thu, 30 Jul 2015 23:19:04 +0000"))
    assert.equal(1438298344, core.date("Fri, 31 Jul 2015 01:19:04 +0200"))
    assert.equal(1438298344, core.date("Thu, 30 Jul 2015 18:49:04 -0430"))
  end)

  it("reads nothing out of what is no date", function ()
    for _, text in ipairs{ "", "yesterday", "2015-07-30T23:19:04Z", "Thu, 30 Jul 2015 23:19:04 PST", 12, {}, true } do
      assert.is_nil(core.date(text))
    end
    assert.is_nil(core.date())
  end)

  it("sleeps as long as it is told", function ()
    for _, seconds in ipairs{ 0, 0.02 } do
      local start = core.now()
      core.sleep(seconds)
      local slept = core.now() - start
      assert.is_true(slept >= seconds and slept < seconds + 0.5, slept)
    end
  end)

  it("refuses to sleep for less than nothing, for ever, or for no number", function ()
    for _, seconds in ipairs{ -1, 0 / 0, 1 / 0, 1e7, "x", {} } do
      assert.is_false(pcall(core.sleep, seconds))
    end
  end)

  it("draws numbers from 0 up to 1, all over it and none twice", function ()
    local seen, low, high = {}, 1, 0
    for _ = 1, 1000 do
      local number = core.random()
      assert.is_true(number >= 0 and number < 1)
      assert.is_nil(seen[number])
      seen[number] = true
      low, high = math.min(low, number), math.max(high, number)
    end
    assert.is_true(low < 0.1 and high > 0.9)
  end)
end)
