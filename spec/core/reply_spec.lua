-- Dates, waits and texts of a server. (Verdicts: spec/bind/result_spec.lua; pages: spec/bind/request_spec.lua.)

local core = require("spec.support.native").load("core")

describe("a date", function ()
  it("is read in each of HTTP's three forms and in Twilio's", function ()
    for _, text in ipairs{ "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 10:19:37 +0130",
        "Sun, 06 Nov 1994 00:49:37 -0800" } do
      assert.equal(784111777, core.date(text), text)
    end
  end)

  it("agrees with the system's calendar, leap years and centuries included", function ()
    local months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }
    local days = { ["01"] = 1, ["28"] = 28, ["15"] = 15 }
    local last
    for year = 1970, 2105, 5 do
      for month = 1, 12 do
        for text, day in pairs(days) do
          local seconds = core.date(("Mon, %s %s %d 12:00:00 GMT"):format(text, months[month], year))
          local back = os.date("!*t", seconds)
          assert.same({ year, month, day, 12, 0, 0 }, { back.year, back.month, back.day, back.hour, back.min,
            back.sec })
          last = seconds
        end
      end
    end
    assert.truthy(last)
    assert.equal(951782400, core.date("Tue, 29 Feb 2000 00:00:00 GMT"))
    assert.equal(1709164800, core.date("Thu, 29 Feb 2024 00:00:00 GMT"))
  end)

  it("is none where it does not exist or has another form", function ()
    for _, text in ipairs{ "", "x", "Sun, 29 Feb 1994 00:00:00 GMT", "Sun, 29 Feb 2100 00:00:00 GMT",
        "Sun, 31 Apr 1994 00:00:00 GMT", "Sun, 00 Nov 1994 00:00:00 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 ", "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 94 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 +00", "Sun, 06 Nov 1994 08:49:37 +2400",
        "Sun, 06 Nov 1500 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GMT\0",
        "1994-11-06T08:49:37Z", "Sun,", "Sun, ", "Sun, 06-", "Sun, 06-Nov-", "Sun " } do
      assert.is_nil(core.date(text), text)
    end
  end)

  it("of two digits is of this century or the last", function ()
    assert.equal(core.date("Fri, 06 Nov 2015 00:00:00 GMT"), core.date("Friday, 06-Nov-15 00:00:00 GMT"))
    assert.equal(core.date("Fri, 06 Nov 1970 00:00:00 GMT"), core.date("Friday, 06-Nov-70 00:00:00 GMT"))
  end)
end)

describe("a Retry-After", function ()
  local NOW = 784111777

  it("is a number of seconds, or the time up to a date", function ()
    assert.same({ 0, 7, 86400 }, { core.retry_after("0", NOW), core.retry_after("007", NOW),
      core.retry_after("86400", NOW) })
    assert.equal(23, core.retry_after("Sun, 06 Nov 1994 08:50:00 GMT", NOW))
    assert.equal(0, core.retry_after("Sun, 06 Nov 1994 08:00:00 GMT", NOW))
  end)

  it("is nothing beyond a day, and nothing in any other form", function ()
    for _, text in ipairs{ "86401", ("9"):rep(400), "-1", "1.5", "1e3", "", " 1", "abc",
      "Wed, 09 Nov 1994 08:49:37 GMT" } do
      assert.equal(-1, core.retry_after(text, NOW), text)
    end
  end)
end)

describe("a server's text", function ()
  it("has spaces for control characters of both sets, and keeps the rest", function ()
    assert.equal("a b c d\195\169\226\130\172\240\159\146\169",
      core.clean("a\nb\127c\194\128d\195\169\226\130\172\240\159\146\169", 64))
    assert.equal("\255\254 x", core.clean("\255\254\0x", 64))
    assert.equal("a \177  ", core.clean("a\n\177\27\128", 64)) -- stray bytes behind do not shield them
    assert.equal("  ", core.clean("\194\155\155", 64))
    assert.equal("\255 \226  ", core.clean("\255\155\226\130\n", 64)) -- nor does a lead that they do not complete
  end)

  it("is cut between characters", function ()
    assert.equal("abc", core.clean("abcdef", 3))
    assert.equal("ab", core.clean("ab\226\130\172", 4))
    assert.equal("ab\226\130\172", core.clean("ab\226\130\172c", 5))
    assert.equal("", core.clean("abc", 0))
  end)
end)
