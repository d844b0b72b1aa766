local date = require "twilio.date"

describe("a date of Twilio's", function ()
  it("is seconds since 1970", function ()
    assert.equal(1438298344, date.parse("Thu, 30 Jul 2015 23:19:04 +0000"))
    assert.equal(0, date.parse("Thu, 01 Jan 1970 00:00:00 GMT"))
  end)

  it("counts leap days", function ()
    assert.equal(951782400, date.parse("Tue, 29 Feb 2000 00:00:00 +0000"))
    assert.equal(1709251199, date.parse("Thu, 29 Feb 2024 23:59:59 +0000"))
    assert.equal(1709251200, date.parse("Fri, 01 Mar 2024 00:00:00 +0000"))
  end)

  it("minds its zone", function ()
    assert.equal(1438298344, date.parse("Fri, 31 Jul 2015 01:19:04 +0200"))
    assert.equal(1438298344, date.parse("Thu, 30 Jul 2015 18:49:04 -0430"))
  end)

  it("is nothing when it is no date", function ()
    for _, text in ipairs{ "", "yesterday", "2015-07-30T23:19:04Z", "Thu, 30 Foo 2015 23:19:04 GMT",
                           "Thu, 30 Jul 2015 23:19:04 PST" } do
      assert.is_nil(date.parse(text))
    end
    assert.is_nil(date.parse(nil))
    assert.is_nil(date.parse(12))
  end)
end)
