-- twilio.tasks over a transport that has light threads, as nginx's: a few lines of Lua.

local tasks = require "twilio.tasks"

local can_pause = rawget(coroutine, "isyieldable") ~= nil

describe("tasks over light threads", function ()
  -- What nginx has, made of coroutines that the event loop alone resumes, and that answer to who started them alone.
  local function threaded ()
    local transport = { most = 0 }
    local threads = {}

    local function run (thread)
      assert(coroutine.resume(thread.coroutine))
    end

    function transport:crew ()
      local crew, own = {}, {}

      function crew.spawn (_, f)
        local thread = { coroutine = coroutine.create(f), parent = coroutine.running() }
        threads[#threads + 1], own[#own + 1] = thread, thread
        self.most = math.max(self.most, #threads)
        run(thread)
      end

      function crew.join ()
        while true do
          for i, thread in ipairs(own) do
            if thread.parent ~= coroutine.running() then error("only the parent coroutine can wait on the thread") end
            if coroutine.status(thread.coroutine) == "dead" then
              table.remove(own, i)
              for j = #threads, 1, -1 do if threads[j] == thread then table.remove(threads, j) end end
              return
            end
            run(thread)
          end
        end
      end

      function crew.gone () return transport.over end

      return crew
    end

    -- Time passes: all come to their ends.
    function transport.settle ()
      for _, thread in ipairs(threads) do
        while coroutine.status(thread.coroutine) ~= "dead" do run(thread) end
      end
    end

    function transport.send (_, request)
      coroutine.yield()
      return { status = 200, body = request }
    end

    return transport
  end

  if not can_pause then return end

  local transport
  before_each(function () transport = threaded() end)

  it("run at most so many, and answer in order", function ()
    local group = tasks.new(transport, { concurrency = 4 })
    for i = 1, 10 do group:add(function () return transport:send(i).body end) end
    local results = group:wait()
    for i = 1, 10 do assert.same({ n = 1, i }, results[i]) end
    assert.equal(4, transport.most)
  end)

  it("go on after one that raised", function ()
    local group = tasks.new(transport, { concurrency = 2 })
    group:add(function () transport:send(1) error("no", 0) end)
    group:add(function () return transport:send(2).body end)
    assert.same({ { n = 2, nil, "no" }, { n = 1, 2 } }, group:wait())
  end)

  for room, concurrency in pairs{ ["that is full"] = 3, ["that has room"] = 16 } do
    it("queue what one adds to its own group " .. room .. ", also out of a coroutine of its own", function ()
      local group = tasks.new(transport, { concurrency = concurrency })
      for i = 1, 3 do
        group:add(function ()
          transport:send(i)
          group:add(function () return transport:send(10 + i).body end)
          coroutine.wrap(function () group:add(function () return transport:send(20 + i).body end) end)()
          return i
        end)
      end
      local values = {}
      for i, result in ipairs(group:wait()) do values[i] = result[1] end
      table.sort(values)
      assert.same({ 1, 2, 3, 11, 12, 13, 21, 22, 23 }, values)
      assert.is_true(transport.most <= concurrency)
    end)
  end

  it("are not waited for by one of their own, nor by a thread that did not start them", function ()
    local group = tasks.new(transport)
    group:add(function () transport:send(1) group:wait() end)
    local ok, stranger = coroutine.resume(coroutine.create(function () group:wait() end))
    assert.is_false(ok)
    for _, said in ipairs{ stranger, group:wait()[1][2] } do
      assert.truthy(said:find("tasks_threads_spec.lua:%d+: a task cannot wait for its own group, nor any thread"), said)
    end
  end)

  it("are still theirs who began them, for a stranger who adds when they have ended and are not joined", function ()
    local group = tasks.new(transport)
    group:add(function () return transport:send(1).body end)
    transport:settle()
    local spawned = transport.most
    coroutine.wrap(function () group:add(function () return transport:send(2).body end) end)()
    assert.equal(spawned, transport.most)
    assert.same({ { n = 1, 1 }, { n = 1, 2 } }, group:wait())
  end)

  it("answer again once the thread that began them is gone and they have ended", function ()
    local group = tasks.new(transport)
    coroutine.wrap(function ()
      group:add(function () return transport:send("orphan").body end)
    end)()
    assert.matches("a task cannot wait for its own group, nor any thread", select(2, pcall(group.wait, group)))
    transport:settle()
    group:add(function () return transport:send("another").body end)
    assert.same({ { n = 1, "orphan" }, { n = 1, "another" } }, group:wait())
  end)

  it("are joined as they end, so that no more than run at a time are ever kept", function ()
    local group = tasks.new(transport, { concurrency = 3 })
    for i = 1, 10 do group:add(function () return i end) end
    assert.equal(3, transport.most)
    assert.equal(10, #group:wait())
  end)

  it("are made where they stand, one after another, where there can be no thread", function ()
    function transport.crew ()
      return { spawn = function () error "no threads in this phase" end, gone = function () return false end }
    end
    local group = tasks.new(transport, { concurrency = 1 })
    local order = {}
    for i = 1, 2 do
      group:add(function ()
        group:add(function () order[#order + 1] = 10 + i end)
        order[#order + 1] = i
        return i
      end)
    end
    local results = group:wait()
    assert.same({ { n = 1, 1 }, { n = 0 }, { n = 1, 2 }, { n = 0 } }, results)
    assert.same({ 1, 11, 2, 12 }, order)
  end)

  it("tell of their end where the host ended them with its threads, and the group is as new", function ()
    local group = tasks.new(transport)
    group:add(function () return 1 end)
    group:add(function () return transport:send(2).body end)
    transport.over = true
    assert.same({ { n = 1, 1 }, { n = 2, nil, "the task was ended with its host's threads" } }, group:wait())
    transport.over = false
    group:add(function () return 3 end)
    assert.same({ { n = 1, 3 } }, group:wait())
  end)

  it("may be another thread's, once all of before have ended", function ()
    local group = tasks.new(transport)
    group:add(function () return 1 end)
    group:wait()
    local waited = coroutine.wrap(function ()
      group:add(function () return 2 end)
      return group:wait()
    end)
    assert.same({ { n = 1, 2 } }, waited())
  end)
end)
