-- The catalogue of faults, 4.5, the second half: what the Lua around a client can do to it. On a world of table
-- literals where nothing else is needed; in a child where it could end badly.

local catalogue = require "spec.support.catalogue"
local child = require "spec.support.child"
local faults = require "spec.support.faults"
local twilio = require "twilio"

local PN, NUMBER = catalogue.PN, catalogue.NUMBER
local record, response, world = catalogue.record, catalogue.response, catalogue.world

local LOST = { kind = "network", message = "the connection ended", sent = 1, transient = true }
local REFUSED = { kind = "connect", message = "refused", sent = 0, transient = true }

local modern = _VERSION == "Lua 5.4"
local jit = rawget(_G, "jit")

local function fine () return response(200, record(PN, NUMBER)) end
local function listed () return response(200, '{"incoming_phone_numbers":[' .. record(PN, NUMBER) .. "]}") end

-- A number of the account's own, by its place in a row.
local function sid (i) return ("PN%032x"):format(i) end

local function posts (w)
  local count = 0
  for _, request in ipairs(w.requests) do
    if request.method == "POST" then count = count + 1 end
  end
  return count
end

describe("faults of the Lua around", function ()
  local fault = catalogue.faults(it)
  local server

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)
  before_each(function () server:reset() end)

  -- Code for a child, which has `open()`: a client for the fault server.
  local function run (code)
    return child.run(([[
      local twilio = require "twilio"
      local function open ()
        return assert(twilio.new{ account_sid = "%s", auth_token = "x", api_url = "%s", ca_file = "%s", proxy = "" })
      end
    ]]):format(catalogue.ACCOUNT, server:url("good"), server.ca) .. code)
  end

  fault(93, "an error in each hook", function (came)
    for _, hook in ipairs{ "on_request", "on_response", "on_retry" } do
      local w = world{ LOST, listed() }
      local client = catalogue.client(w, { [hook] = function () error("hook " .. hook) end })
      local bought, info = client.numbers.buy{ phone_number = NUMBER }
      assert.equal(PN, (bought or {}).sid, tostring(info))
      assert.equal(1, posts(w))
      if hook ~= "on_retry" then assert.truthy(info.hook_error:find("hook " .. hook, 1, true)) end
      w = world{ REFUSED, fine() }
      _, info = assert(catalogue.client(w, { [hook] = function () error("hook " .. hook) end }).numbers.get_incoming{
        sid = PN })
      assert.equal(2, #w.requests)
      came(info.hook_error:match("hook .*") .. ", beside the result")
    end
    local w = world{ fine() }
    local client = catalogue.client(w, { on_intent = function () error("not now") end })
    local ok, err = pcall(client.numbers.buy, { phone_number = NUMBER })
    assert.is_false(ok)
    assert.truthy(tostring(err):find("not now", 1, true))
    assert.equal(0, #w.requests)
    came("on_intent: raised, nothing sent")
  end)

  fault(93, "an error in a transport's sleep, clock, sending", function (came)
    for _, method in ipairs{ "sleep", "now", "send" } do
      local w = world{ LOST, listed() }
      local client = catalogue.client(w)
      local calls, real = 0, w[method]
      w[method] = function (...)
        calls = calls + 1
        if calls == 3 or method ~= "now" then error("broken " .. method) end
        return real(...)
      end
      local ok, err = pcall(client.numbers.update_incoming, { sid = PN, transfer_to = "AC" .. ("b"):rep(32) })
      assert.is_false(ok)
      assert.truthy(tostring(err):find("broken " .. method, 1, true), tostring(err))
      assert.is_true(posts(w) <= 1)
      w[method] = real
      assert(client.numbers.list_incoming{})
      came(method .. ": raised, at most one POST")
    end
  end)

  fault(94, "hooks that yield", function (came)
    local w = world{ REFUSED, fine() }
    local told = {}
    local function hook (event)
      told[#told + 1] = coroutine.yield(event.attempt) or "resumed"
    end
    local client = catalogue.client(w, { on_request = hook, on_response = hook, on_retry = hook })
    local thread = coroutine.create(function () return client.numbers.get_incoming{ sid = PN } end)
    local ok, value
    repeat ok, value = coroutine.resume(thread) until coroutine.status(thread) == "dead"
    assert.is_true(ok, tostring(value))
    assert.equal(PN, value.sid)
    assert.equal(5, #told)
    came("5 yields, the right answer")
  end)

  fault(95, "a hook calls the client that calls it", function (came)
    local client, inner
    local w = world{ fine() }
    client = catalogue.client(w, { on_request = function ()
      if inner == nil then
        inner = false
        inner = client.numbers.get_incoming{ sid = PN }
      end
    end })
    assert.equal(PN, assert(client.numbers.get_incoming{ sid = PN }).sid)
    assert.equal(PN, inner.sid)
    assert.equal(2, #w.requests)
    came("both answered")
  end)

  fault(96, "1,000 coroutines, one client", function (came)
    local w = world{ function (request)
      coroutine.yield()
      return response(200, record(request.sid, NUMBER))
    end }
    local client = catalogue.client(w)
    local threads, right = {}, 0
    for i = 1, 1000 do
      threads[i] = coroutine.create(function ()
        if assert(client.numbers.get_incoming{ sid = sid(i) }).sid == sid(i) then right = right + 1 end
      end)
    end
    while #threads > 0 do   -- in no order
      local i = math.random(#threads)
      assert(coroutine.resume(threads[i]))
      if coroutine.status(threads[i]) == "dead" then
        threads[i] = threads[#threads]
        threads[#threads] = nil
      end
    end
    assert.equal(1000, right)
    came("1,000 right answers")
  end)

  fault(96, "1,000 tasks, one client, over sockets", function (came)
    local owned = {}
    for i = 1, 1000 do owned[i] = ("+1415%07d"):format(5550000 + i) end
    server:own(owned)
    local client = assert(twilio.new{ account_sid = catalogue.ACCOUNT, auth_token = catalogue.SECRET, proxy = "",
      api_url = server:url("good"), ca_file = server.ca })
    local asked, tasks = {}, client:tasks{ concurrency = 20 }
    for number in client.numbers.each_incoming{} do
      asked[#asked + 1] = number
      tasks:add(client.numbers.get_incoming, { sid = number.sid })
    end
    local results, right = tasks:wait(), 0
    for i, result in ipairs(results) do
      if result[1] and result[1].phone_number == asked[i].phone_number then right = right + 1 end
    end
    client:close()
    assert.equal(1000, right)
    came(("1,000 right answers over %d connections"):format(server:truth("good").connections))
  end)

  fault(97, "a client used in a finalizer, brought back by one, collected in the middle of a call", function (came)
    local said, status = run([[
      local function finalize (f)
        if _VERSION == "Lua 5.4" then return setmetatable({}, { __gc = f }) end
        local proxy = newproxy(true)
        getmetatable(proxy).__gc = f
        return proxy
      end
      local used, back
      local function make ()
        local client = open()
        return finalize(function ()
          used = client.numbers.list_incoming{} ~= nil
          back = client
        end)
      end
      make()
      collectgarbage() collectgarbage() collectgarbage()
      -- What was brought back may have been finalized itself meanwhile: then it is closed, and says so.
      local page, err = back.numbers.list_incoming{}
      print(used, page ~= nil or err.kind == "closed")
      local world = { now = function () return 0 end, sleep = function () end, close = function () end }
      function world.send () coroutine.yield("pending") end
      for _ = 1, 100 do
        local client = assert(twilio.new{ account_sid = "AC" .. ("a"):rep(32), auth_token = "x", transport = world })
        coroutine.resume(coroutine.create(client.numbers.list_incoming), {})
        local real = open()
        local tasks = real:tasks{ concurrency = 2 }
        tasks:add(real.numbers.list_incoming, {})
        client, real, tasks = nil, nil, nil
        collectgarbage()
      end
      print(open().numbers.list_incoming{} ~= nil)]])
    assert.equal(0, status, said)
    assert.equal("true\ttrue\ntrue", said)
    came("used, back, alive")
  end)

  fault(98, "the state closes over open clients, in each order of making", function (came)
    local makers = { "a = open()", "b = open() b.numbers.list_incoming{}", "c = open():tasks{}",
      "d = open() pages = d.numbers.pages_incoming{} pages:next()",
      "e = open() e.numbers.list_incoming{} e:close()" }
    local orders = { "12345", "54321", "31524", "24153" }
    for _, order in ipairs(orders) do
      for _, ending in ipairs{ "", "os.exit(true, true)", "os.exit(0)", "error('end', 0)" } do
        local lines = {}
        for i in order:gmatch("%d") do lines[#lines + 1] = makers[tonumber(i)] end
        local said, status = run(table.concat(lines, "\n") .. "\n" .. ending)
        assert.equal(ending:find("error") and 1 or 0, status, said)
      end
    end
    came("4 orders, 4 endings: a clean exit each")
  end)

  fault(99, "a debug hook raises in the middle of a call", function (came)
    if jit then jit.off(true, true) jit.flush() end   -- compiled code has no hooks
    local lost, points = 0, 0
    for count = 1, 1500, 7 do
      local intent
      local w = world{ LOST, listed() }
      local client = catalogue.client(w)
      local ok, value, err = pcall(function ()
        debug.sethook(function ()
          debug.sethook()
          error("interrupted")
        end, "", count)
        local bought, info = client.numbers.buy{ phone_number = NUMBER, on_intent = function (i) intent = i end }
        debug.sethook()
        return bought, info
      end)
      assert.is_true(posts(w) <= 1)
      if ok then
        assert.equal(PN, (value or {}).sid, tostring(err))
      else
        points = points + 1
        assert.truthy(tostring(value):find("interrupted", 1, true), tostring(value))
        if posts(w) == 1 then
          lost = lost + 1
          if #w.requests == 1 then w.requests[2] = false end   -- the list is next
          local outcome = client.numbers.reconcile(intent)
          assert.equal("bought", outcome)
        end
      end
    end
    if jit then jit.on(true, true) end
    assert.is_true(points > 50 and lost > 5, points .. " interruptions, " .. lost .. " after the POST")
    came(("%d interruptions, %d of them after the POST, all found by reconcile"):format(points, lost))
  end)

  fault(100, "every manner of collecting garbage", function (came)
    local function calls ()
      local w = world{ LOST, listed(), fine(), fine() }
      local client = catalogue.client(w)
      local bought, info = client.numbers.buy{ phone_number = NUMBER }
      local read = client.numbers.get_incoming{ sid = PN }
      return bought.sid .. tostring(info.reconciled) .. read.phone_number
    end
    local expected = calls()
    local modes = { function () collectgarbage("stop") end,
      function () collectgarbage("setpause", 0) collectgarbage("setstepmul", 10000) end }
    if modern then
      modes[2] = function () collectgarbage("incremental", 10, 1000) end
      modes[3] = function () collectgarbage("generational") end
    end
    for _, mode in ipairs(modes) do
      mode()
      for _ = 1, 5 do assert.equal(expected, calls()) end
      collectgarbage("restart")
    end
    -- A step in every line.
    debug.sethook(function () collectgarbage("step", 1) end, "l")
    local same = pcall(function () for _ = 1, 2 do assert(expected == calls()) end end)
    debug.sethook()
    assert.is_true(same)
    if modern then collectgarbage("incremental", 200, 100) else collectgarbage("setpause", 200) end
    collectgarbage("setstepmul", 200)
    came("the same answers")
  end)

  fault(101, "the modules are loaded twice, in two states", function (came)
    local said, status = run([[
      local old = open()
      assert(old.numbers.list_incoming{})
      local kept = twilio
      for name in pairs(package.loaded) do
        if name:find("^twilio") or name:find("^cjson") then package.loaded[name] = nil end
      end
      twilio = require "twilio"
      assert(twilio ~= kept)
      local new = open()
      assert(new.numbers.list_incoming{})
      assert(old.numbers.list_incoming{})
      old:close()
      assert(new.numbers.list_incoming{})
      new:close()
      local process = require("spec.support.native").load "process"
      print(process.state([=[
        return tostring(require("twilio").new{ account_sid = "AC" .. ("a"):rep(32), auth_token = "x" })]=]))
      assert(open().numbers.list_incoming{})
      print "fine"]])
    assert.equal(0, status, said)
    assert.equal("twilio.client(AC...aaaa)\nfine", said)
    came(said)
  end)

  fault(102, "a locale whose decimal point is a comma", function (came)
    -- A locale of our own making: the C library's binary form of LC_NUMERIC, with six fields.
    local function word (n) return string.char(n % 256, math.floor(n / 256) % 256, math.floor(n / 65536) % 256, 0) end
    local directory = server.directory .. "/comma"
    os.execute("mkdir -p " .. directory .. "/xx_XX")
    local file = assert(io.open(directory .. "/xx_XX/LC_NUMERIC", "wb"))
    file:write("\20\17\3\32", word(6), word(32), word(34), word(35), word(36), word(40), word(44), ",\0", "\0", "\0",
      word(44), word(0), "ANSI_X3.4-1968\0")
    file:close()
    local code = [[
      assert(os.setlocale("xx_XX", "numeric"), "no such locale")
      local catalogue = require "spec.support.catalogue"
      local body = catalogue.record(catalogue.PN, catalogue.NUMBER, ',"fraction":1.5,"whole":415')
      local w = catalogue.world{ catalogue.response(200, body) }
      local client = catalogue.client(w, { timeout = 2.5 })
      local value, err = client.numbers.get_incoming{ sid = catalogue.PN }
      print(value and value.fraction == 1.5 and value.whole == 415 or err.kind)
      client.numbers.search_local{ country_code = "US", near_lat_long = "37.5,-122.25", distance = 25 }
      print(w.requests[#w.requests].url:match("?(.*)"))]]
    local around = { before = "LOCPATH=" .. directory }
    local said = child.run(code, around)
    if said:find("no such locale") then return pending("this C library takes no locale of ours") end
    assert.truthy(said:find("^true\n"), said)
    assert.truthy(said:find("NearLatLong=37.5%2C-122.25", 1, true), said)
    came((said:gsub("\n", ", ")))
    -- lua-cjson looks at the locale once, when it is loaded. Where it changes afterwards, a fraction (Twilio sends none
    -- here) is no JSON any more, and never a wrong number.
    said = child.run('require "twilio" ' .. code, around)
    assert.truthy(said:find("^true\n") or said:find("^protocol\n"), said)
  end)
end)
