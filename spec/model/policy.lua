-- The client's purchase policy (call.lua, purchase.lua, retry.lua as they are) buying in a world of virtual time, many
-- times over; and what came of it by the world's own account. Two naive clients beside it show what the world can do.

local calls = require "twilio.call"
local purchase = require "twilio.purchase"
local retry = require "twilio.retry"
local twilio = require "twilio"
local wire = require "spec.model.wire"
local worlds = require "spec.model.world"

local url = "https://api.twilio.com/2010-04-01/Accounts/AC0/IncomingPhoneNumbers.json"

-- An answer as core.result and fate.lua would judge it.
local function fate_of (answer, key, reads)
  local status = answer.status
  local fate = { status = status, sent = answer.sent, transient = true }
  if not status then
    fate.outcome = answer.sent == 0 and "not_sent" or "ambiguous"
    fate.err = { kind = "network", message = "lost" }
  elseif status == 429 then
    fate.outcome, fate.err = "throttled", { kind = "throttled", message = "too many requests", status = status }
  elseif status >= 500 then
    fate.outcome, fate.err = "ambiguous", { kind = "server", message = "broken", status = status }
  elseif status >= 400 then
    fate.outcome, fate.transient = "rejected", false
    fate.err = { kind = "not_available", message = "gone", status = status, code = answer.code }
  elseif answer.record then
    fate.outcome, fate.value, fate.info = "ok", answer.record, { status = status }
  elseif answer.records then
    fate.outcome, fate.value, fate.info = "ok", { [key] = answer.records }, { status = status }
  else
    fate.outcome, fate.transient = "ambiguous", reads
    fate.err = { kind = "protocol", message = "unreadable", status = status }
  end
  return fate
end

-- The world as call.lua wants it.
local function session (world)
  local self = { times = retry.times, purse = retry.budget(), random = world.random }
  function self.now () return world.clock end
  function self.sleep (_, seconds) world:advance(seconds) end
  function self.tell () end
  function self.exchange (_, request)
    local fate
    if request.class == "buy" then
      fate = fate_of(world:post(request.phone_number, request.timeout))
    elseif request.numbers then
      fate = fate_of(world:search(request.numbers), "available_phone_numbers", true)
    else
      fate = fate_of(world:list(request.phone_number), "incoming_phone_numbers", true)
    end
    fate.date = worlds.epoch + math.floor(world.clock)
    return fate
  end
  return self
end

local function order_of (number)
  return { phone_number = number, settings = true,
           request = { operation = "buy", class = "buy", method = "POST", url = url, phone_number = number },
           list = { operation = "list_incoming", class = "read", method = "GET", url = url, phone_number = number } }
end

-- The modes: how a number is bought of those on offer. Each answers what the client's functions do.
local modes = {}

function modes.number (world, numbers)
  world.session.purse, world.session.drawn = retry.budget(), {}
  return purchase.buy(calls.new(world.session, "buy"), order_of(numbers[1]))
end

function modes.area_code (world, numbers)
  world.session.purse, world.session.drawn = retry.budget(), {}
  local search = { operation = "search_local", class = "read", method = "GET", url = url, numbers = numbers }
  return purchase.choose(calls.new(world.session, "buy"), { search }, order_of)
end

-- The same through the public functions of a client.

local function client_of (world)
  local client = twilio.new{
    account_sid = "AC" .. ("0"):rep(32), auth_token = "model", api_url = "https://api.twilio.com",
    transport = wire.transport(world),
  }
  return client.numbers
end

function modes.wire_number (world, numbers)
  return client_of(world).buy{ phone_number = numbers[1], voice_url = "https://example.com/" }
end

function modes.wire_area_code (world, numbers)
  world.numbers = numbers
  return client_of(world).buy{ area_code = 415, voice_url = "https://example.com/" }
end

-- What many a script does: again after whatever went wrong, with the first number that is free at the time.
function modes.naive_area_code (world, numbers)
  for _ = 1, 4 do
    for _, number in ipairs(numbers) do
      if not world.owner[number] then
        local answer = world:post(number, 60)
        if answer.record then return answer.record end
        break
      end
    end
    world:advance(1)
  end
  return nil, { kind = "failed" }
end

-- A POST is never repeated; but libcurl repeats it by itself when a kept connection dies under it.
function modes.naive_number (world, numbers)
  local answer = world:post(numbers[1], 60)
  if not answer.status and answer.sent > 0 then answer = world:post(numbers[1], 60) end
  if answer.record then return answer.record end
  return nil, { kind = "failed" }
end

-- Buys `count` times; answers how often each end came. `double`: charged more than once. `lost`: charged, and reported
-- as failed. `false_success`: reported as bought, and not ours. `unset`: reported as bought, without its settings.
-- `misdated`: said to be owned already, and just bought; or the other way round.
local function run (mode, count, seed, options)
  local world = worlds.new(seed, options)
  world.session = session(world)
  local tally = { bought = 0, ambiguous = 0, failed = 0, double = 0, lost = 0, false_success = 0,
                  unset = 0, misdated = 0 }
  for _ = 1, count do
    world:begin()
    local record, err = modes[mode](world, world:offer(5))
    world:advance(60)
    local ending = record and "bought" or err.kind == "ambiguous" and "ambiguous" or "failed"
    tally[ending] = tally[ending] + 1
    if world.charges > 1 then tally.double = tally.double + 1 end
    if ending == "failed" and world.charges > 0 then tally.lost = tally.lost + 1 end
    if record then
      local number = record.phone_number
      if world.owner[number] ~= "us" then tally.false_success = tally.false_success + 1 end
      if not world.set[number] then tally.unset = tally.unset + 1 end
      if err and err.already_owned ~= world.had[number] then tally.misdated = tally.misdated + 1 end
    end
  end
  return tally
end

return { run = run }
