local cjson = require "cjson"
local settings = require "twilio.settings"

local wanted = { deadline = "deadline", accountsid = "account_sid" }

describe("settings", function ()
  it("are found in each spelling, and taken out of a copy", function ()
    local given = { Deadline = 3, accountSid = "AC", sid = "PN", [1] = "x" }
    local rest, found = settings.take(given, wanted, {}, false)
    assert.same({ sid = "PN", [1] = "x" }, rest)
    assert.same({ deadline = 3, account_sid = "AC" }, found)
    assert.same({ Deadline = 3, accountSid = "AC", sid = "PN", [1] = "x" }, given)
  end)

  it("stay in the rest where they are wanted there too", function ()
    local rest, found = settings.take({ account_sid = "AC" }, wanted, { account_sid = true }, false)
    assert.same({ { account_sid = "AC" }, { account_sid = "AC" } }, { rest, found })
  end)

  it("are a mistake when given twice", function ()
    local rest, message = settings.take({ account_sid = "AC", accountSid = "AC" }, wanted, {}, false)
    assert.is_nil(rest)
    assert.truthy(message:find("account_sid is given twice", 1, true))
  end)

  it("are absent when null, and when empty where that is the rule", function ()
    local _, found = settings.take({ deadline = cjson.null, account_sid = "" }, wanted, {}, false)
    assert.same({ account_sid = "" }, found)
    _, found = settings.take({ account_sid = "" }, wanted, {}, true)
    assert.same({}, found)
  end)

  it("are given once where the other spelling is absent", function ()
    local _, found = settings.take({ account_sid = "AC", accountSid = cjson.null, Account_Sid = "" }, wanted, {}, true)
    assert.same({ account_sid = "AC" }, found)
  end)

  it("are noticed without taking them out", function ()
    assert.is_true(settings.holds({ sid = "PN", Deadline = 1 }, wanted))
    assert.is_false(settings.holds({ sid = "PN", [1] = true }, wanted))
  end)

  it("fold long names without keeping them", function ()
    collectgarbage()
    local before = collectgarbage("count")
    for i = 1, 20 do assert.equal(("x"):rep(1e5) .. i, settings.fold(("X"):rep(1e5) .. i)) end
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 200)
  end)

  it("fold any number of names without keeping them all", function ()
    for i = 1, 3000 do assert.equal("somename" .. i, settings.fold("some_Name" .. i)) end
    assert.equal("accountsid", settings.fold("Account_Sid"))
  end)
end)
