-- twilio.tasks, over transports that are a few lines of Lua.

local tasks = require "twilio.tasks"

local can_pause = rawget(coroutine, "isyieldable") ~= nil

-- A transport whose exchanges end when they are stepped, the last one started first; `most` is how many there were at
-- once.
local function stepped ()
  local clock, waiting, transport = 0, {}, { most = 0, steps = 0 }

  function transport:send (request)
    local task = tasks.running(self)
    if task then
      waiting[#waiting + 1] = task
      self.most = math.max(self.most, #waiting)
      task:pause()
    end
    return { status = 200, body = request }
  end

  function transport:sleep (seconds)
    local task = tasks.running(self)
    if task then task:pause(clock + seconds) else clock = clock + seconds end
  end

  function transport:step (seconds)
    self.steps = self.steps + 1
    assert(self.steps < 1000, "the same step again and again")
    if self.broken then return { kind = "closed" } end
    local task = table.remove(waiting)
    if task then tasks.wake(task) else clock = clock + seconds end
  end

  function transport.now () return clock end

  return transport
end

describe("a group of tasks", function ()
  local transport, group

  before_each(function ()
    transport = stepped()
    group = tasks.new(transport, { concurrency = 3 })
  end)

  it("answers results in the order of adding, whatever the order of ending", function ()
    for i = 1, 7 do group:add(function () return transport:send(i).body, "of " .. i end) end
    local results = group:wait()
    assert.equal(7, #results)
    for i = 1, 7 do assert.same({ n = 2, i, "of " .. i }, results[i]) end
  end)

  it("hands a task the arguments given, nils included", function ()
    group:add(function (...) return select("#", ...), ... end, nil, 2, nil)
    assert.same({ n = 4, 3, nil, 2, nil }, group:wait()[1])
  end)

  it("goes on after a task that raised, whose error is its result", function ()
    local problem = { kind = "api" }
    group:add(function () transport:send(1) error(problem) end)
    group:add(function () return transport:send(2).body end)
    local results = group:wait()
    assert.same({ nil, problem, 2 }, { results[1][1], results[1][2], results[1].n })
    assert.same({ n = 1, 2 }, results[2])
  end)

  it("is as new after a wait", function ()
    group:add(function () return 1 end)
    group:wait()
    group:add(function () return 2 end)
    assert.same({ { n = 1, 2 } }, group:wait())
    assert.same({}, group:wait())
  end)

  it("refuses what is not a function at the caller's line", function ()
    local ok, err = pcall(function () group:add("x") end)
    assert.same({ false, "tasks_spec" }, { ok, err:match("tasks_spec") })
  end)

  it("names a line of its caller's for a mistake, where a call from C has none", function ()
    local _, err = pcall(group.add, group, "x")
    assert.truthy(err:find("tasks_spec%.lua:%d+: tasks:add takes a function"), err)
  end)

  for _, concurrency in ipairs{ 0, -1, 1.5, 0 / 0, math.huge } do
    it("of " .. concurrency .. " at a time is none: nil, err of kind config", function ()
      local none, err = tasks.new(transport, { concurrency = concurrency })
      assert.is_nil(none)
      assert.same({ "config", "concurrency" }, { err.kind, err.parameter })
    end)
  end

  it("runs one after another over a transport that never waits", function ()
    local order = {}
    local plain = { send = function (_, request) return { status = 200, body = request } end }
    local simple = tasks.new(plain, {})
    for i = 1, 3 do simple:add(function () order[#order + 1] = plain:send(i).body end) end
    assert.same({ { n = 0 }, { n = 0 }, { n = 0 } }, simple:wait())
    assert.same({ 1, 2, 3 }, order)
  end)

  it("over a transport that never waits queues what one adds, and is not waited for by one of its own", function ()
    local order, simple = {}, tasks.new{}
    for i = 1, 2 do
      simple:add(function ()
        simple:add(function () order[#order + 1] = 10 + i end)
        order[#order + 1] = i
        simple:wait()
      end)
    end
    local results = simple:wait()
    assert.same({ 1, 11, 2, 12 }, order)
    for i = 1, 3, 2 do assert.truthy(results[i][2]:find("tasks_spec.lua:%d+: a task cannot wait for its own group")) end
  end)

  it("lets a task that yields of its own accord give way", function ()
    local order = {}
    for i = 1, 2 do
      group:add(function ()
        order[#order + 1] = i
        coroutine.yield("anything")
        order[#order + 1] = i
      end)
    end
    group:wait()
    assert.same({ 1, 2, 1, 2 }, order)
  end)

  it("queues what a task adds to its own group", function ()
    for i = 1, 3 do
      group:add(function ()
        transport:send(i)
        group:add(function () return transport:send(10 + i).body end)
      end)
    end
    local second = {}
    for _, result in ipairs(group:wait()) do second[#second + 1] = result[1] end
    table.sort(second)
    assert.same({ 11, 12, 13 }, second)
  end)

  it("is not waited for by one of its own, which raises at that line", function ()
    group:add(function () group:wait() end)
    local result = group:wait()[1]
    assert.truthy(result[2]:find("tasks_spec.lua:%d+: a task cannot wait for its own group"))
  end)

  it("is not waited for by a task of a group inside one of its own", function ()
    group:add(function ()
      local inner = tasks.new(transport)
      inner:add(function () group:wait() end)
      return inner:wait()[1][2]
    end)
    assert.truthy(group:wait()[1][1]:find("cannot wait for its own group"))
  end)

  if rawget(coroutine, "close") then
    -- What load makes of Lua 5.4's syntax: a task that holds a variable to be closed, then does `rest`.
    local function holding (rest)
      return load("local closer, send = ... local held <close> = closer " .. rest)
    end

    local closed
    local closer = setmetatable({}, { __close = function () closed = closed + 1 error("closing") end })
    before_each(function () closed = 0 end)

    it("closes the variables of a task that raises, whose error is its result", function ()
      group:add(holding "error('its own', 0)", closer)
      assert.same({ { n = 2, nil, "its own" } }, group:wait())
      assert.equal(1, closed)
    end)

    it("closes the variables of what does not go on once its own block ends", function ()
      for _ = 1, 2 do group:add(holding "send()", closer, function () transport:send(1) end) end
      group:add(function () coroutine.yield() closed = "it went on" end)
      load("local group <close> = ...")(group)
      assert.equal(2, closed)
      assert.same({}, group:wait())
      assert.equal(2, closed)
    end)

    it("is as new once its block has ended, whatever was done before, or is done still", function ()
      local group_closes = load("local group <close> = ...")
      group:add(function () return "before" end)
      group:add(function ()
        coroutine.yield()
        return "never"
      end)
      group:add(function ()
        group_closes(group)
        return "still"
      end)
      assert.same({}, group:wait())
      group:add(function () return "after" end)
      assert.same({ { n = 1, "after" } }, group:wait())
    end)

    it("lets a task of another that waits for it go on once its own block ends", function ()
      local other = tasks.new(transport)
      other:add(function () transport:send(1) end)
      group:add(function () return #other:wait() end)
      group:add(function () load("local group <close> = ...")(other) end)
      assert.same({ { n = 1, 0 }, { n = 0 } }, group:wait())
    end)

    it("closes them also where nobody holds the group any more", function ()
      local transports = stepped()
      do
        local lost = tasks.new(transports)
        lost:add(holding "send()", closer, function () transports:sleep(1) end)
      end
      collectgarbage()
      collectgarbage()
      assert.equal(1, closed)
    end)
  end

  if not can_pause then return end  -- plain 5.1: the rest needs coroutines that yield from anywhere

  it("has at most so many under way, and adding waits for room", function ()
    for i = 1, 10 do
      group:add(function () transport:send(i) transport:send(i) end)
      assert.is_true(group.live <= 3)
    end
    group:wait()
    assert.equal(3, transport.most)
  end)

  for where, within in pairs{
    ["a task"] = function (f) return f() end,
    ["a group inside one"] = function (f)
      local inner = tasks.new(transport)
      inner:add(f)
      return inner:wait()[1][1]
    end,
  } do
    it("lets a call of another go on while " .. where .. " yields until it has ended", function ()
      local answered
      group:add(function () answered = transport:send("answer").body end)
      group:add(within, function ()
        local turns = 0
        while not answered and turns < 100 do
          turns = turns + 1
          coroutine.yield()
        end
        return answered
      end)
      assert.equal("answer", group:wait()[2][1])
    end)
  end

  it("sleeps side by side", function ()
    for _ = 1, 3 do group:add(function () transport:sleep(5) end) end
    group:wait()
    assert.equal(5, transport.now())
  end)

  it("wakes a sleeper on time while others have work", function ()
    local woken
    group:add(function () transport:sleep(1) woken = transport.now() end)
    group:add(function () for i = 1, 5 do transport:send(i) end end)
    group:wait()
    assert.equal(1, woken)
  end)

  it("leaves the coroutines inside a task to their owner", function ()
    local function counted ()
      for i = 1, 3 do coroutine.yield(i, transport:send(i).body) end
    end
    for _ = 1, 2 do
      group:add(function ()
        local seen = {}
        for i, body in coroutine.wrap(counted) do seen[#seen + 1] = i * 10 + body end
        transport:send("after")
        return seen
      end)
    end
    for _, result in ipairs(group:wait()) do assert.same({ 11, 22, 33 }, result[1]) end
  end)

  it("leaves the coroutine around it to its owner", function ()
    local function around ()
      group:add(function () return transport:send(1).body end)
      coroutine.yield("mine")
      return group:wait()[1][1]
    end
    local outer = coroutine.wrap(around)
    assert.equal("mine", outer())
    assert.equal(1, outer())
  end)

  it("goes on while a task waits for a group of its own", function ()
    local others = {}
    group:add(function ()
      local inner = tasks.new(transport, { concurrency = 2 })
      for i = 1, 4 do inner:add(function () transport:sleep(1) return transport:send(i).body end) end
      others.before = transport.now()
      local sum = 0
      for _, result in ipairs(inner:wait()) do sum = sum + result[1] end
      return sum
    end)
    group:add(function () transport:sleep(0.5) others.at = transport.now() end)
    assert.equal(10, group:wait()[1][1])
    assert.same({ before = 1, at = 0.5 }, others)
  end)

  it("goes on for every task of another that adds to it while it is full", function ()
    local shared = tasks.new(transport, { concurrency = 1 })
    for i = 1, 3 do
      group:add(function ()
        for k = 1, 2 do shared:add(function () return transport:send(10 * i + k).body end) end
        return i
      end)
    end
    assert.same({ { n = 1, 1 }, { n = 1, 2 }, { n = 1, 3 } }, group:wait())
    local sum = 0
    for _, result in ipairs(shared:wait()) do sum = sum + result[1] end
    assert.equal(129, sum)
  end)

  it("drives another group's exchanges along, and leaves the rest to it", function ()
    local other = tasks.new(transport, {})
    other:add(function () return transport:send("other").body end)
    group:add(function () return transport:send("group").body end)
    assert.same({ { n = 1, "group" } }, group:wait())
    assert.same({ { n = 1, "other" } }, other:wait())
  end)

  it("tells every task when the transport is gone", function ()
    local told = 0
    for _ = 1, 3 do
      group:add(function ()
        transport:send(1)
        told = told + 1
      end)
    end
    transport.broken = true
    group:wait()
    assert.equal(3, told)
  end)

  it("tells those of a group inside a task, asleep or waiting, when the transport is gone", function ()
    local told = 0
    group:add(function ()
      local inner = tasks.new(transport)
      inner:add(function () transport:send(1) told = told + 1 end)
      inner:add(function () transport:sleep(100) told = told + 1 end)
      inner:wait()
      return "inner"
    end)
    transport.broken = true
    assert.same({ { n = 1, "inner" } }, group:wait())
    assert.equal(2, told)
  end)
end)
