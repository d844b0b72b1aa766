-- twilio.tasks: over transports that are a few lines of Lua, and over libcurl.

local faults = require "spec.support.faults"
local tasks = require "twilio.tasks"
local twilio = require "twilio"

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

  it("refuses what is not a function, and a concurrency that is none, at the caller's line", function ()
    local ok, err = pcall(function () group:add("x") end)
    assert.same({ false, "tasks_spec" }, { ok, err:match("tasks_spec") })
    assert.is_false(pcall(tasks.new, transport, { concurrency = 0 }))
    assert.is_false(pcall(tasks.new, transport, { concurrency = "many" }))
  end)

  it("runs one after another over a transport that never waits", function ()
    local order = {}
    local plain = { send = function (_, request) return { status = 200, body = request } end }
    local simple = tasks.new(plain, {})
    for i = 1, 3 do simple:add(function () order[#order + 1] = plain:send(i).body end) end
    assert.same({ { n = 0 }, { n = 0 }, { n = 0 } }, simple:wait())
    assert.same({ 1, 2, 3 }, order)
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

  it("is not waited for by one of its own", function ()
    group:add(function () group:wait() end)
    local result = group:wait()[1]
    assert.truthy(result[2]:find("cannot wait for its own group"))
  end)

  if not can_pause then return end  -- plain 5.1: the rest needs coroutines that yield from anywhere

  it("has at most so many under way, and adding waits for room", function ()
    for i = 1, 10 do
      group:add(function () transport:send(i) transport:send(i) end)
      assert.is_true(group.live <= 3)
    end
    group:wait()
    assert.equal(3, transport.most)
  end)

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
end)

describe("tasks over light threads", function ()
  -- What nginx has, made of coroutines that the event loop alone resumes.
  local function threaded ()
    local transport = { most = 0 }
    local threads = {}

    function transport:spawn (f)
      local thread = { coroutine = coroutine.create(f) }
      threads[#threads + 1] = thread
      self.most = math.max(self.most, #threads)
      local _, value = coroutine.resume(thread.coroutine)
      thread.value = value
      return thread
    end

    function transport.join (_, list)
      while true do
        for _, thread in ipairs(list) do
          if coroutine.status(thread.coroutine) == "dead" then
            for i = #threads, 1, -1 do if threads[i] == thread then table.remove(threads, i) end end
            return thread.value
          end
          local _, value = coroutine.resume(thread.coroutine)
          thread.value = value
        end
      end
    end

    function transport.send (_, request)
      coroutine.yield()
      return { status = 200, body = request }
    end

    return transport
  end

  if not can_pause then return end

  it("run at most so many, and answer in order", function ()
    local transport = threaded()
    local group = tasks.new(transport, { concurrency = 4 })
    for i = 1, 10 do group:add(function () return transport:send(i).body end) end
    local results = group:wait()
    for i = 1, 10 do assert.same({ n = 1, i }, results[i]) end
    assert.equal(4, transport.most)
  end)

  it("go on after one that raised", function ()
    local transport = threaded()
    local group = tasks.new(transport, { concurrency = 2 })
    group:add(function () transport:send(1) error("no", 0) end)
    group:add(function () return transport:send(2).body end)
    assert.same({ { n = 2, nil, "no" }, { n = 1, 2 } }, group:wait())
  end)
end)

describe("tasks over libcurl", function ()
  local server, client

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)

  before_each(function ()
    server:reset()
    client = assert(twilio.new{ account_sid = "AC" .. ("1"):rep(32), auth_token = ("2"):rep(32),
                                api_url = server:url("good"), ca_file = server.ca })
  end)
  after_each(function () client:close() end)

  local function own (count)
    local numbers = {}
    for i = 1, count do numbers[i] = ("+1415555%04d"):format(i) end
    server:own(numbers)
  end

  it("raise for an option that they do not have", function ()
    assert.has_error(function () client:tasks{ concurency = 3 } end)
  end)

  it("update sixteen numbers at a time while a for walks the listing", function ()
    own(60)
    server:script("good", { every_request = { { wait = 0.02 }, "answer" } })
    local group = client:tasks{ concurrency = 16 }
    for number in client.numbers.each_incoming{ page_size = 20 } do
      group:add(client.numbers.update_incoming, { sid = number.sid, friendly_name = "of " .. number.phone_number })
    end
    local results = group:wait()
    assert.equal(60, #results)
    for _, result in ipairs(results) do
      assert.equal("of " .. result[1].phone_number, result[1].friendly_name)
    end
    if can_pause then
      assert.is_true(server:truth("good").connections > 8)
      assert.is_true(server:truth("good").connections <= 18)
    end
  end)

  it("walk listings inside", function ()
    own(30)
    local group = client:tasks{ concurrency = 4 }
    for _ = 1, 4 do
      group:add(function ()
        local count = 0
        for _ in client.numbers.each_incoming{ page_size = 10 } do count = count + 1 end
        return count
      end)
    end
    for _, result in ipairs(group:wait()) do assert.same({ n = 1, 30 }, result) end
  end)

  it("answer failures as every call does", function ()
    local group = client:tasks()
    group:add(client.numbers.get_incoming, { sid = "PN" .. ("0"):rep(32) })
    group:add(client.numbers.get_incoming, { sid = "nonsense" })
    local results = group:wait()
    assert.same({ nil, "not_found" }, { results[1][1], results[1][2].kind })
    assert.same({ nil, "invalid" }, { results[2][1], results[2][2].kind })
  end)

  if not can_pause then return end

  it("hear that the client was closed under them", function ()
    server:script("good", { every_request = { "hang" } })
    local group = client:tasks{ concurrency = 5 }
    for i = 1, 3 do
      group:add(function () return client.numbers.get_incoming{ sid = "PN" .. ("%032d"):format(i) } end)
    end
    group:add(function () client:close() end)
    local results = group:wait()
    for i = 1, 3 do assert.same({ nil, "closed" }, { results[i][1], results[i][2].kind }) end
  end)

  it("that nobody waits for are collected with their transfers", function ()
    server:script("good", { every_request = { "hang" } })
    local seen = setmetatable({}, { __mode = "v" })
    do
      local group = client:tasks{ concurrency = 4 }
      for i = 1, 4 do
        group:add(function ()
          seen[i] = coroutine.running()
          client.numbers.get_incoming{ sid = "PN" .. ("%032d"):format(i) }
        end)
      end
      assert.equal(4, #seen)
    end
    collectgarbage()
    collectgarbage()
    assert.same({}, seen)
  end)

  it("retry side by side, asleep", function ()
    own(1)
    local twice = {}
    for i = 1, 8 do twice[i] = { { reply = { status = 503, headers = { ["Retry-After"] = "1" } } } } end
    server:script("good", { requests = twice })
    local group = client:tasks{ concurrency = 8 }
    local began = os.time()
    for _ = 1, 8 do group:add(client.numbers.list_incoming) end
    for _, result in ipairs(group:wait()) do assert.equal(2, result[2].attempts) end
    assert.is_true(os.time() - began <= 3)
  end)
end)
