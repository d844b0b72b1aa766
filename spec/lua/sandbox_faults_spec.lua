-- The sandbox: faults, the clock and the state.

local inside = require "spec.support.inside"
local sandbox = require "twilio.sandbox"

local ALL = "IncomingPhoneNumbers.json"

-- Whether a call raises a message with those words that blames a line of this file.
local function raises_here (words, f, given)
  local ok, message = pcall(function () f(given) end)
  assert.is_false(ok, words)
  assert.truthy(message:find("sandbox_faults_spec%.lua:%d+: ") and message:find(words, 1, true), message)
end

-- A method of a new sandbox as a function.
local function box_method (name)
  local box = sandbox.new()
  return function (given) box[name](box, given) end
end

describe("sandbox: faults", function ()
  local api
  before_each(function () api = inside.new{ numbers = 2 } end)

  local function rule (fault, more)
    local one = { method = "POST", path = "IncomingPhoneNumbers", fault = fault }
    for name, value in pairs(more or {}) do one[name] = value end
    api.sandbox:faults{ rules = { one } }
  end

  local function charges () return #api.sandbox:state().charges end
  local function buy () return api.send("POST", ALL, { body = { AreaCode = "415" } }) end

  it("throttle: 429, not processed, with a Retry-After where it is given", function ()
    rule("throttle", { retry_after = 3 })
    local response = buy()
    assert.same({ 429, "3", 0 }, { response.status, response.headers["retry-after"], charges() })
    assert.truthy(response.body:find('"code":20429', 1, true))
    rule("throttle")
    assert.is_nil(buy().headers["retry-after"])
  end)

  it("error: a status, not processed", function ()
    for status, code in pairs{ [500] = 20500, [503] = 20503, [504] = 504 } do
      rule("error", { status = status })
      local response = buy()
      assert.same({ status, 0 }, { response.status, charges() })
      assert.truthy(response.body:find('"code":' .. code .. ",", 1, true))
    end
    rule("error")
    assert.equal(500, buy().status)
    rule("error", { status = 503, retry_after = 7 })
    assert.equal("7", buy().headers["retry-after"])
  end)

  it("error_after: a status, processed", function ()
    rule("error_after", { status = 502 })
    assert.same({ 502, 1 }, { buy().status, charges() })
  end)

  for fault, processed in pairs{ drop_before = 0, drop_after = 1, truncate = 1 } do
    it(fault .. ": the connection fails, " .. (processed == 1 and "processed" or "not processed"), function ()
      rule(fault)
      local response, failure = buy()
      assert.is_nil(response)
      assert.same({ "network", 1, true }, { failure.kind, failure.sent, failure.transient })
      assert.equal(processed, charges())
    end)
  end

  it("garbage: 200 with HTML, not processed", function ()
    rule("garbage")
    local response = buy()
    assert.same({ 200, "text/html", 0 }, { response.status, response.headers["content-type"], charges() })
    assert.truthy(response.body:find("^<html>"))
  end)

  it("delay: processed, and the clock moves on", function ()
    rule("delay", { seconds = 4 })
    local began = api.sandbox:now()
    assert.equal(201, buy().status)
    assert.same({ 4, 1 }, { api.sandbox:now() - began, charges() })
  end)

  it("delay beyond the request's timeout: a timeout, processed", function ()
    rule("delay", { seconds = 40 })
    local began = api.sandbox:now()
    local response, failure = api.send("POST", ALL, { body = { AreaCode = "415" }, timeout = 30 })
    assert.is_nil(response)
    assert.same({ "timeout", 30, 1 }, { failure.kind, api.sandbox:now() - began, charges() })
  end)

  it("delay as long as the request's timeout: in time", function ()
    rule("delay", { seconds = 30 })
    assert.equal(201, api.send("POST", ALL, { body = { AreaCode = "415" }, timeout = 30 }).status)
  end)

  it("truncate: what has no body is whole", function ()
    local sid = api.buy().sid
    rule("truncate", { method = "DELETE" })
    assert.equal(204, api.send("DELETE", "IncomingPhoneNumbers/" .. sid .. ".json").status)
  end)

  it("late: fails at once, processed later", function ()
    rule("late", { seconds = 5 })
    local _, failure = buy()
    assert.same({ "network", 0 }, { failure.kind, charges() })
    api.sandbox:sleep(4.9)
    assert.equal(0, charges())
    api.sandbox:sleep(0.2)
    assert.equal(1, charges())
  end)

  it("late: thousands at once lose none", function ()
    api.sandbox:faults{ rules = { { fault = "late", seconds = 5 } } }
    for _ = 1, 3000 do api.send("POST", "OutgoingCallerIds.json", { body = { PhoneNumber = "+14155550100" } }) end
    api.sandbox:sleep(5)
    assert.equal(3000, #api.sandbox:state().verification_calls) -- nothing is verified before these calls end
  end)

  it("strike where method and path say, the path as plain text", function ()
    rule("error", { path = "Incoming.*" })
    assert.equal(201, buy().status)
    rule("error")
    assert.equal(200, select(2, api.get(ALL)))
    assert.equal(200, api.send("POST", "OutgoingCallerIds.json", { body = { PhoneNumber = "+14155550100" } }).status)
    assert.equal(500, buy().status)
  end)

  it("strike as often as probability says, by the seed", function ()
    local function strikes (seed)
      api.sandbox:faults{ seed = seed, rules = { { fault = "error", probability = 0.2 } } }
      local pattern = {}
      for i = 1, 500 do pattern[i] = api.send("GET", ALL, { query = { PageSize = 1 } }).status == 500 and "x" or "." end
      return table.concat(pattern)
    end
    local one = strikes(7)
    assert.equal(one, strikes(7))
    assert.not_equal(one, strikes(8))
    local _, count = one:gsub("x", "")
    assert.is_true(count > 60 and count < 140, count)
  end)

  it("strike at most as often as times says", function ()
    rule("error", { times = 2 })
    assert.same({ 500, 500, 201 }, { buy().status, buy().status, buy().status })
  end)

  it("are counted, and end with an empty list", function ()
    rule("error")
    buy()
    buy()
    assert.same({ error = 2 }, api.sandbox:state().faults)
    api.sandbox:faults{ rules = {} }
    assert.equal(201, buy().status)
  end)

  it("that do not exist raise", function ()
    assert.has_error(function () api.sandbox:faults{ rules = { { fault = "flood" } } } end)
  end)
end)

describe("sandbox: as a transport", function ()
  it("has a clock that only sleep moves", function ()
    local box = sandbox.new()
    assert.equal(0, box:now())
    box:sleep(2.5)
    assert.equal(2.5, box:now())
    box:sleep(-1)
    assert.equal(2.5, box:now())
    box:close()
  end)

  describe("with a clock of somebody else's", function ()
    local box, now
    before_each(function ()
      now = 1000
      box = sandbox.new{ clock = function () return now end, sleep = function (seconds) now = now + seconds end }
    end)

    it("sleeps by its sleep", function ()
      box:sleep(2.5)
      box:sleep(-1)
      assert.same({ 1002.5, 2.5 }, { now, box:now() })
    end)

    it("has what is due happen by that clock", function ()
      local happened
      box.world:after(5, function () happened = now end)
      box:sleep(4)
      assert.is_nil(happened)
      box:sleep(2)
      assert.equal(1006, happened)
    end)

    it("has what is due happen before it tells its state", function ()
      local happened
      box.world:after(5, function () happened = true end)
      now = 1005
      box:state()
      assert.is_true(happened)
    end)

    it("takes a clock and its sleep together alone", function ()
      raises_here("clock and sleep belong together", sandbox.new, { clock = os.time })
      raises_here("clock and sleep belong together", sandbox.new, { sleep = print })
    end)
  end)

  it("counts how often a request went out", function ()
    assert.equal(1, inside.new().send("GET", ALL).sent)
  end)

  it("gives the same SIDs, numbers and faults for the same seed", function ()
    local function life (seed)
      local api = inside.new{ seed = seed, numbers = 2 }
      local record = api.buy()
      api.sandbox:faults{ rules = { { fault = "error", probability = 0.5 } } }
      local seen = { record.sid, record.phone_number }
      for i = 1, 20 do seen[i + 2] = api.send("GET", ALL).status end
      return seen
    end
    assert.same(life(5), life(5))
    assert.not_same(life(5), life(6))
  end)

  it("is the same world under every Lua", function ()
    local api = inside.new{ seed = 1 }
    assert.equal("+12056414840", api.number())
    assert.equal("PN46c6052e32bc6db6f2f219da3d752e88", api.buy().sid)
  end)

  it("goes back to the start with reset, with other settings where they are given", function ()
    local api = inside.new{ numbers = 1 }
    api.buy()
    api.sandbox:reset()
    assert.same({ 1, 0, 0 }, { #api.sandbox:state().owned, #api.sandbox:state().charges, api.sandbox:state().requests })
    api.sandbox:reset{ numbers = 3 }
    assert.equal(3, #api.sandbox:state().owned)
    api.sandbox:reset()
    assert.equal(1, #api.sandbox:state().owned)
  end)

  it("says by which credentials it lets in, after a reset too", function ()
    local box = sandbox.new()
    local sid = "AC" .. ("c"):rep(32)
    box:reset{ account_sid = sid, auth_token = "another" }
    assert.same({ sid, "another" }, { box.account_sid, box.auth_token })
    assert.equal(200, box:send{ method = "GET", headers = {}, account = inside.account(box.account_sid, box.auth_token),
      url = "/2010-04-01/Accounts/" .. sid .. "/" .. ALL }.status)
  end)

  it("counts requests and names what is owned", function ()
    local api = inside.new()
    local record = api.buy()
    local state = api.sandbox:state()
    assert.same({ 2, { record.phone_number } }, { state.requests, state.owned })
  end)

  it("raises for a setting that does not exist", function ()
    raises_here("unknown setting of the sandbox: colour", sandbox.new, { colour = "blue" })
    raises_here("unknown setting of the sandbox: colour", box_method("reset"), { colour = "blue" })
  end)

  it("raises for settings that are no table", function ()
    raises_here("must be a table", sandbox.new, 7)
    raises_here("must be a table", box_method("reset"), "numbers")
  end)

  it("raises for a value that is none, and stays as it was", function ()
    local api = inside.new{ numbers = 2 }
    for name, value in pairs{ numbers = "many", rebuy = "never", verification = true, account_sid = 7, list_lag = -1,
                              search_rows = 0, release_delay = math.huge, verification_delay = 0 / 0 } do
      raises_here("not a value for " .. name, function (given) api.sandbox:reset(given) end, { [name] = value })
    end
    assert.equal(2, #api.sandbox:state().owned)
  end)

  it("raises for faults that are no plan", function ()
    for said, plan in pairs{ ["a table"] = 7, ["have no rule"] = { rule = {} }, ["seed must be"] = { seed = "7" },
                             ["rules must be a list"] = { rules = { fault = "error" } }, ["a list"] = { rules = 7 } } do
      raises_here(said, box_method("faults"), plan)
    end
  end)

  for name, values in pairs{
    fault = { "flood", 7 }, method = { "post", "Post", "pOST", "", true }, path = { 7 }, methd = { "POST" },
    probability = { "often", -0.1, 1.1, 0 / 0 }, times = { -1, 0.5, "2" }, seconds = { -1, math.huge },
    status = { 99, 600, 500.5, "500" }, retry_after = { -1, math.huge },
  } do
    it("raises for a rule's " .. name .. " that cannot be", function ()
      for _, value in ipairs(values) do
        local rule = { fault = "error" }
        rule[name] = value
        raises_here("rule 2", box_method("faults"), { rules = { { fault = "late" }, rule } })
      end
    end)
  end

  it("raises for a field that its fault does not use", function ()
    for _, rule in ipairs{ { fault = "throttle", status = 503 }, { fault = "error", seconds = 1 },
                           { fault = "late", retry_after = 1 }, { fault = "drop_after", status = 500 } } do
      raises_here("rule 1 has a ", box_method("faults"), { rules = { rule } })
    end
  end)

  it("raises for a rule that is no table, or names no fault", function ()
    raises_here("rule 1 must be a table", box_method("faults"), { rules = { "error" } })
    raises_here("rule 1", box_method("faults"), { rules = { {} } })
  end)

  it("takes the least and the most that a rule may say", function ()
    inside.new().sandbox:faults{ seed = 0, rules = {
      { fault = "error", method = "GET", path = "", probability = 0, times = 0, status = 200, retry_after = 0 },
      { fault = "error", probability = 1, status = 599 },
      { fault = "delay", seconds = 0 },
    } }
  end)

  it("tells its state in tables that are the caller's", function ()
    local api = inside.new()
    api.buy()
    api.sandbox:state().charges[1].phone_number = "+1"
    assert.not_equal("+1", api.sandbox:state().charges[1].phone_number)
  end)

  it("does not change the tables that it is given", function ()
    local rules = { { fault = "error", times = 1 } }
    local api = inside.new()
    api.sandbox:faults{ rules = rules }
    api.get(ALL)
    assert.same({ { fault = "error", times = 1 } }, rules)
  end)
end)
