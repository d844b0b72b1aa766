-- Sweeps of failing allocations: an operation is run again and again, and each time memory runs out one allocation
-- later, until the operation gets through. Run in a child (see spec/faults/memory_spec.lua); each function answers a
-- line of what was seen, and raises where something is wrong.

local catalogue = require "spec.support.catalogue"
local core = require "twilio.core"
local native = require "spec.support.native"
local twilio = require "twilio"

local memory = native.load "memory"
local PN, NUMBER = catalogue.PN, catalogue.NUMBER

local sweep = {}

-- An operation that met an empty memory may answer what it should, or an error value, or raise a memory error.
local function decent (name, n, ok, value, err)
  local fine
  if ok then
    fine = value ~= nil or type(err) == "table" and err.kind ~= nil or type(err) == "string"
  else
    fine = tostring(value):find("[Mm]emory") or type(value) == "table" and value.kind
  end
  local said = "%s, allocation %d: %s, %s, %s"
  assert(fine, said:format(name, n, tostring(ok), tostring(value), tostring(err)))
end

-- The bytes that malloc has given out, but for those that Lua itself accounts for (LuaJIT has a heap of its own).
local function settle ()
  collectgarbage()
  collectgarbage()
  return memory.used() - (rawget(_G, "jit") and 0 or collectgarbage("count") * 1024)
end

-- One run, whose nth allocation fails; whether there were that many.
local function attempt (name, n, sticky, op, judge)
  local struck, ok, value, err = memory.starve(n, sticky, op)
  decent(name, n, ok, value, err)
  if judge then judge(n, ok, value, err) end
  return struck
end

-- Lua's allocations, every `step`th of them: op() must answer a value when all goes well. How often memory ran out, and
-- how many bytes that malloc gave out were never given back in one round of all this.
local function lua_points (name, op, step, judge)
  local rounds, points, before = 8, 0, nil
  for round = 0, rounds do
    if round == 1 then before = settle() end   -- what is made once, and kept, was made in round 0
    for _, sticky in ipairs{ false, true } do
      local n = 1
      while attempt(name, n, sticky, op, judge) do
        n, points = n + step, points + 1
        if points % 16 == 0 then decent(name, n, true, op()) end
      end
    end
    assert(op(), name .. " is of no use any more")
  end
  return points, (settle() - before) / rounds
end

local function account ()
  return assert(core.account{ account_sid = catalogue.ACCOUNT, user = catalogue.ACCOUNT, secret = catalogue.SECRET })
end

-- Row 89: the core, then whole calls on a transport that allocates nothing.
function sweep.lua ()
  local owner, said = account(), {}
  local total = 0
  local function swept (name, op, allowed, step)
    local points, lost = lua_points(name, op, step or 1)
    -- A leak is 24 bytes at least: malloc has nothing smaller.
    assert(lost < 24 + (allowed or 0), ("%s: %d bytes lost a round, %d failures"):format(name, lost, points))
    total = total + points
    said[#said + 1] = name
  end
  local request = assert(core.request("get_incoming", owner, { sid = PN }))
  local response = catalogue.response(200, catalogue.record(PN, NUMBER))
  local refusal = catalogue.response(400, '{"code":21422,"message":"not available","status":400}')
  swept("account", account)
  swept("request", function ()
    return core.request("buy", owner, { phone_number = NUMBER, voice_url = "https://example.com" })
  end)
  swept("encode", function () return core.encode(request) end)
  swept("reader", function ()
    local reader = core.reader("GET")
    local done, failure = reader:feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\n{}")
    if not done then return nil, failure end
    return reader:response()
  end)
  swept("operations", core.operations, 0, 37)
  -- lua-cjson 2.1.0 loses its buffer, of less than 1 KiB here, when memory runs out while it decodes.
  local buffers = 32 * 1024
  swept("result", function () return core.result(request, response) end, buffers)
  local w = { now = function () return 0 end, sleep = function () end, close = function () end }
  w.send = function () return response end
  local client = catalogue.client(w)
  swept("call", function () return client.numbers.get_incoming{ sid = PN } end, buffers)
  w.send = function () return refusal end
  swept("refusal", function ()
    local value, err = client.numbers.get_incoming{ sid = PN }
    return value or err
  end, buffers)
  return ("%d allocations failed, each once and for good: %s"):format(total, table.concat(said, ", "))
end

-- Row 92: whatever happens to the answer of a purchase that was made, it is found afterwards, and never called failed.
function sweep.purchase ()
  local made, intents = 0, {}
  local bought = catalogue.response(201, catalogue.record(PN, NUMBER))
  local listed = catalogue.response(200, '{"incoming_phone_numbers":[' .. catalogue.record(PN, NUMBER) .. "]}")
  local w = { now = function () return 0 end, sleep = function () end, close = function () end }
  function w.send (_, request)
    if request.method == "GET" then return listed end
    made = made + 1
    return bought
  end
  local client = catalogue.client(w)
  local op = function ()
    return client.numbers.buy{ phone_number = NUMBER, on_intent = function (intent) intents[1] = intent end }
  end
  local lost = 0
  local points = lua_points("buy", op, 1, function (n, ok, value, err)
    local was = made
    made = 0
    if was == 0 or ok and value then return end
    lost = lost + 1
    if ok and err.kind ~= "ambiguous" then error(("allocation %d: bought, and called %s"):format(n, tostring(err))) end
    local outcome, record = client.numbers.reconcile(intents[1])
    assert(outcome == "bought" and record.sid == PN)
    made = 0
  end)
  return ("%d allocations failed; %d purchases were made whose answer was lost, all found again"):format(points, lost)
end

-- About `most` of the allocations that a shared object asks malloc for while life() runs.
local function c_points (object, life, most)
  local function works () return life() or life() or assert(life()) end   -- a busy machine may miss half a second
  for _ = 1, 3 do works() end
  local total = 1
  repeat
    total = total * 2
    memory.arm(object, total, false)
    pcall(life)
  until not memory.disarm()
  local step = math.max(1, math.floor(total / most))
  local points, before, lost = 0, nil, math.huge
  for round = 0, 2 do
    if round > 0 then before = settle() end   -- what is made once, and kept, was made in round 0
    for _, sticky in ipairs{ false, true } do
      for n = 1, total, step do
        memory.arm(object, n, sticky)
        local results = { pcall(life) }
        if memory.disarm() then points = points + 1 end
        decent(object, n, results[1], results[2], results[3])
        if points % 16 == 0 then works() end
      end
    end
    works()
    if round > 0 then lost = math.min(lost, settle() - before) end   -- OpenSSL now and then keeps something for later
  end
  assert(lost < 24, ("%s: %d bytes lost in a round, %d failures"):format(object, lost, points))
  return ("%s: %d allocations failed"):format(object, points)
end

-- Rows 90 and 91: whole lives of a client for a listener of the fault server.
function sweep.client (object, url, ca, most)
  return c_points(object, function ()
    local client = assert(twilio.new{ account_sid = catalogue.ACCOUNT, auth_token = catalogue.SECRET, api_url = url,
      ca_file = ca, proxy = "", max_attempts = 1, timeout = 0.5 })
    local page, err = client.numbers.list_incoming{}
    if page then page, err = client.numbers.list_incoming{} end
    client:close()
    return page, err
  end, most)
end

-- Row 91: the core on its own, as in nginx.
function sweep.reader (object)
  local owner = account()
  local request = assert(core.request("get_incoming", owner, { sid = PN }))
  return c_points(object, function ()
    local bytes = core.encode(request)
    local reader = core.reader("GET")
    local done, failure = reader:feed("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\nA: b\r\n\r\n" .. (" "):rep(40000))
    if not done then return nil, failure end
    return bytes and reader:response()
  end, 100)
end

return sweep
