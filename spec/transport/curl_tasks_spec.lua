-- twilio.tasks over libcurl.

local curl = require "twilio.transport.curl"
local faults = require "spec.support.faults"
local twilio = require "twilio"

local can_pause = rawget(coroutine, "isyieldable") ~= nil

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

  -- Mistakes: what was wrong, and how it is said.
  for what, said in pairs{
    ["an option that they do not have"] = { { concurency = 3 }, "no option concurency" },
    ["a concurrency in words"] = { { concurrency = "many" }, "concurrency must be a number, not a string" },
    ["a concurrency that is false"] = { { concurrency = false }, "concurrency must be a number, not a boolean" },
    ["a number in place of options"] = { 16, "a table of options, not a number" },
  } do
    it("raise for " .. what .. ", at that line", function ()
      local _, err = pcall(function () local _ = client:tasks(said[1]) end)
      assert.truthy(err:find("curl_tasks_spec.lua:%d+:.*" .. said[2]), err)
    end)
  end

  it("raise for a dot in a colon's place, at that line", function ()
    local _, err = pcall(function () local _ = client.tasks{ concurrency = 3 } end)
    assert.truthy(err:find("curl_tasks_spec.lua:%d+: tasks is called with a colon"), err)
  end)

  it("answer what is wrong with a value", function ()
    local none, err = client:tasks{ concurrency = 0 }
    assert.same({ nil, "config" }, { none, err.kind })
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

  it("add to their own full group, and cannot wait for it", function ()
    own(1)
    local group = client:tasks{ concurrency = 1 }
    local function look () return #client.numbers.list_incoming().incoming_phone_numbers end
    group:add(function ()
      group:add(look)
      return look()
    end)
    group:add(function () group:wait() end)
    local results = group:wait()
    assert.same({ 1, 1 }, { results[1][1], results[3] and results[3][1] or results[2][1] })
    local err = results[2][2] or results[3][2]
    assert.truthy(err:find("curl_tasks_spec.lua:%d+: a task cannot wait for its own group"), err)
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

  if rawget(coroutine, "close") then
    it("given up send nothing more, whatever the client does next", function ()
      collectgarbage "stop"   -- which would give them up, too, some day
      local group = client:tasks()
      group:add(client.numbers.buy, { phone_number = "+14155550199" })
      load("local group <close> = ...")(group)
      assert(client.numbers.list_incoming())
      collectgarbage "restart"
      assert.equal(1, server:truth("good").requests)
    end)
  end

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

  it("hear it in a group inside one of them, too", function ()
    server:script("good", { every_request = { "hang" } })
    local group = client:tasks()
    group:add(function ()
      local inner = client:tasks()
      inner:add(client.numbers.list_incoming)
      return inner:wait()[1][2].kind
    end)
    group:add(function () client:close() end)
    assert.equal("closed", group:wait()[1][1])
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

  it("hear their answers in time while who added them sleeps before a call's second attempt", function ()
    own(1)
    server:script("good", { requests = { { { wait = 0.2 }, "answer" },
                                         { { reply = { status = 503, headers = { ["Retry-After"] = "1" } } } } } })
    local waits = curl.new{ ca_file = server.ca }
    local impatient = assert(twilio.new{ account_sid = "AC" .. ("1"):rep(32), auth_token = ("2"):rep(32),
                                         api_url = server:url("good"), transport = waits, timeout = 0.6 })
    local group = impatient:tasks()
    group:add(impatient.numbers.list_incoming)
    repeat waits:step(0.01) until server:truth("good").requests == 1
    local _, about = impatient.numbers.list_incoming()
    local result = group:wait()[1]
    waits:close()
    assert.same({ 2, 1 }, { about.attempts, result[2].attempts })
  end)

  it("that share a walk are told so, but for one, which gets every record", function ()
    own(30)
    server:script("good", { every_request = { { wait = 0.02 }, "answer" } })
    local group, seen, count = client:tasks(), {}, 0
    local next_number = client.numbers.each_incoming{ page_size = 10 }
    for _ = 1, 3 do
      group:add(function ()
        for number in next_number do
          assert(not seen[number.sid], "twice")
          seen[number.sid], count = true, count + 1
        end
      end)
    end
    local told = 0
    for _, result in ipairs(group:wait()) do
      if result.n == 2 then
        assert.matches("curl_tasks_spec.lua:%d+: this walk was read or closed elsewhere", result[2])
        told = told + 1
      end
    end
    assert.same({ 2, 30 }, { told, count })
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
