-- The sandbox's small parts: random numbers, JSON, forms, the agenda, books and control calls.

local agenda = require "twilio.sandbox.agenda"
local book = require "twilio.sandbox.book"
local cjson = require "cjson"
local control = require "twilio.sandbox.control"
local form = require "twilio.sandbox.form"
local json = require "twilio.sandbox.json"
local random = require "twilio.sandbox.random"
local sandbox = require "twilio.sandbox"

describe("sandbox: random", function ()
  it("gives the same numbers under every Lua", function ()
    local draw, seen = random.new(1), {}
    for i = 1, 5 do seen[i] = draw(1000) end
    assert.same({ 840, 161, 369, 434, 6 }, seen)
  end)

  it("spreads evenly", function ()
    local draw, counts = random.new(9), {}
    for _ = 1, 10000 do
      local n = draw(10)
      counts[n] = (counts[n] or 0) + 1
    end
    for n = 0, 9 do assert.is_true(counts[n] > 850 and counts[n] < 1150, n .. ": " .. counts[n]) end
  end)

  it("takes any seed", function ()
    for _, seed in ipairs{ 0, -5, 7.9, 2 ^ 40 } do
      local n = random.new(seed)(100)
      assert.is_true(n >= 0 and n < 100)
    end
  end)

  it("makes SIDs", function () assert.truthy(random.sid(random.new(1), "PN"):find("^PN" .. ("%x"):rep(32) .. "$")) end)
end)

describe("sandbox: JSON", function ()
  it("is written in the order of its fields, null where there is nothing", function ()
    assert.equal('{"b":1,"a":null,"c":"x"}', json.record{ "b", "a", "c" }{ c = "x", b = 1 })
  end)

  it("has strings that a decoder gives back", function ()
    for _, text in ipairs{ "", "plain", 'a"b\\c/d', "\n\t\0\127\1", "é – 漢", "</script>" } do
      assert.equal(text, cjson.decode("[" .. json.value(text) .. "]")[1])
    end
  end)

  it("has whole numbers without a point, and others with three digits", function ()
    assert.same({ "7", "-1", "1.500", "false" },
      { json.value(7.0), json.value(-1), json.value(1.5), json.value(false) })
  end)

  it("has empty lists", function () assert.same({ "[]", "[1,2]" }, { json.list{}, json.list{ "1", "2" } }) end)
end)

describe("sandbox: forms", function ()
  it("decode what they encode", function ()
    for _, text in ipairs{ "", "a b+c", "%41&=;#", "é\n\0" } do assert.equal(text, form.decode(form.encode(text))) end
    assert.equal("%2B1%20%2A~", form.encode("+1 *~"))
  end)

  it("take a name's last value, and names without one", function ()
    assert.same({ a = "2", b = "", ["c d"] = "x=y" }, form.parse("a=1&b&a=2&c+d=x=y&"))
    assert.same({}, form.parse(nil))
  end)
end)

describe("sandbox: the agenda", function ()
  it("does what is due, in the order of its time, and what has the same time in its own", function ()
    local list, done = agenda.new(), {}
    for i, time in ipairs{ 5, 1, 3, 1, 9 } do list:add(time, function () done[#done + 1] = i end) end
    assert.equal(1, list:next())
    list:run(5)
    assert.same({ 2, 4, 3, 1 }, done)
    assert.equal(9, list:next())
    list:run(10)
    assert.is_nil(list:next())
  end)

  it("does what an event adds that is due already", function ()
    local list, done = agenda.new(), 0
    list:add(1, function () list:add(1, function () done = done + 1 end) end)
    list:run(1)
    assert.equal(1, done)
  end)
end)

describe("sandbox: a book", function ()
  local waiting, one
  before_each(function ()
    waiting = {}
    one = book.new(function (action) waiting[#waiting + 1] = action end)
  end)

  local function catch_up ()
    for _, action in ipairs(waiting) do action() end
    waiting = {}
  end

  it("has a record before its listing shows it", function ()
    local record = { sid = "PN1", phone_number = "+1" }
    one:add(record)
    assert.equal(record, one:get("PN1"))
    assert.is_nil(one:step(nil, "older"))
    assert.is_nil(one:find("+1"))
    catch_up()
    assert.equal(record, one:step(nil, "older"))
    assert.equal(record, one:find("+1"))
  end)

  it("steps over what was removed, from what was removed", function ()
    local records = {}
    for i = 1, 5 do
      records[i] = { sid = "PN" .. i }
      one:add(records[i])
    end
    catch_up()
    one:remove(records[3])
    catch_up()
    one:remove(records[2])
    catch_up()
    assert.is_nil(one:get("PN3"))
    assert.equal(records[1], one:step(one:at("PN3"), "older"))
    assert.equal(records[4], one:step(one:at("PN2"), "newer"))
    assert.is_nil(one:at("PN9"))
  end)

  it("goes through its records once each", function ()
    for i = 1, 3 do one:add{ sid = "PN" .. i } end
    one:remove(one:get("PN2"))
    local seen = {}
    for record in one:each() do seen[#seen + 1] = record.sid end
    table.sort(seen)
    assert.same({ "PN1", "PN3" }, seen)
  end)
end)

describe("sandbox: control calls", function ()
  local box
  before_each(function () box = sandbox.new() end)

  local function call (method, name, body)
    local response = control.handle(box, method, "/_sandbox/" .. name, body)
    return cjson.decode(response.body), response.status
  end

  it("tell the state", function ()
    local state = call("GET", "state")
    assert.same({ 0, {}, {} }, { state.requests, state.charges, state.owned })
  end)

  it("reset and set faults", function ()
    assert.equal(200, select(2, call("POST", "reset", '{"numbers":2}')))
    assert.equal(2, #call("GET", "state").owned)
    assert.equal(200, select(2, call("POST", "reset")))
    assert.equal(0, #call("GET", "state").owned)
    assert.equal(200, select(2, call("POST", "faults", '{"seed":7,"rules":[{"fault":"error"}]}')))
    assert.equal(500, box:send{ method = "GET", url = "/x", headers = {} }.status)
  end)

  it("refuse bodies that are no objects", function ()
    for _, body in ipairs{ "nonsense", "7", '{"rules":[{"fault":"flood"}]}', '{"rules":[7]}', '{"rules":null}',
      '{"rules":[{"fault":"error","status":99}]}', '{"seed":"x"}', "[1]" } do
      local answer, status = call("POST", "faults", body)
      assert.equal(400, status)
      assert.is_nil(answer.message:find("%.lua"))
    end
  end)
end)
