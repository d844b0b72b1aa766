local config = require "twilio.config"
local core = require "twilio.core"
local plans = require "twilio.plan"
local sid = "PN" .. ("1"):rep(32)

local rows = {}
for _, row in ipairs(core.operations()) do rows[row.name] = row end

local function session ()
  local settings = config.read({ account_sid = "AC" .. ("a"):rep(32), auth_token = "t" }, function () end)
  settings.user_agent, settings.page_size = "agent", 1000
  return { settings = settings }
end

local function plan (name, given)
  return plans.of_call(session(), rows[name], name, given)
end

describe("a plan", function ()
  -- name, parameters, guard (never send twice), fresh (a new connection)
  for _, case in ipairs{
    { "get_incoming", { sid = sid } },
    { "release", { sid = sid }, false, false },
    { "update_incoming", { sid = sid, friendly_name = "x" }, false, false },
    { "update_incoming", { sid = sid, transfer_to = "AC" .. ("b"):rep(32) }, true, false },
    { "buy", { phone_number = "+14155550123" }, true, true },
    { "add_outgoing", { phone_number = "+14155550123" }, true, true },
    { "assign_add_on", { resource_sid = sid, installed_add_on_sid = "XE" .. ("1"):rep(32) }, true, true },
  } do
    local request = plan(case[1], case[2]).request
    it("of class " .. request.class .. " is " .. (case[3] and "" or "not ") .. "guarded and goes over a " ..
       (case[4] and "new" or "kept") .. " connection", function ()
      assert.same({ case[3], case[4] }, { request.guard, request.fresh })
    end)
  end

  it("names its account where it changes something, and who asks", function ()
    local request = plan("release", { sid = sid, account_sid = "AC" .. ("c"):rep(32) }).request
    assert.same({ "AC" .. ("c"):rep(32), "agent" }, { request.account_sid, request.headers["User-Agent"] })
  end)

  it("tells a mistake from a bad value", function ()
    local nothing, mistake = plan("get_incoming", { side = sid })
    assert.same({ nil, "string" }, { nothing, type(mistake) })
    local none, err = plan("get_incoming", { sid = "PN1" })
    assert.same({ nil, "invalid" }, { none, err.kind })
  end)

  it("of a walk through a search keeps no secret of the call's where Lua can see it", function ()
    local plan_of = plans.of_search(session(), rows.search_local, { area_code = 415, country_code = "US",
                                                                    account_sid = "AC" .. ("c"):rep(32),
                                                                    auth_token = "needle" })
    local seen = {}
    local function search (value)
      assert.not_equal("needle", value)
      if seen[value] then return end
      if type(value) == "table" then
        seen[value] = true
        for key, inner in pairs(value) do search(key) search(inner) end
      elseif type(value) == "function" and value ~= plans.beside then
        seen[value] = true
        for i = 1, math.huge do
          local name, inner = debug.getupvalue(value, i)
          if not name then break end
          search(inner)
        end
      end
    end
    search(plan_of)
    local request = plan_of("+1415").request
    assert.is_true(request.account:matches("AC" .. ("c"):rep(32), "needle"))
    assert.truthy(request.url:find("Contains=%2B1415", 1, true))
    assert.truthy(request.url:find("AreaCode=415", 1, true))
  end)

  it("beside another keeps to its account and version", function ()
    local own = session()
    local first = plans.of_call(own, rows.buy, "buy", { phone_number = "+14155550123", api_version = "2008-08-01",
                                                        account_sid = "AC" .. ("c"):rep(32) })
    local list = plans.beside(own, first, "list_incoming", {})
    assert.truthy(list.url:find("/2008-08-01/Accounts/AC" .. ("c"):rep(32), 1, true))
  end)
end)
