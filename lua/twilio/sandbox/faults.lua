-- What can go wrong. A rule says which requests (method, and path as plain text), how probable, and which fault:
--
--   throttle      429, with retry_after (seconds) where given; nothing processed
--   error         the status given (500 without one), with retry_after where given; nothing processed
--   error_after   processed, then as error
--   drop_before   the connection closes; nothing processed
--   drop_after    processed, then the connection closes without a byte
--   truncate      processed, the body cut short
--   garbage       200 with HTML; nothing processed
--   delay         processed, answered `seconds` later
--   late          the connection closes at once; processed `seconds` later
--
-- A rule with times = n strikes n times at most. The first rule that strikes decides.
--
-- The delivery that goes with a response is { drop = true }, { cut = n } (so many bytes of the body, then the
-- connection closes) or { delay = seconds }.

local random = require "twilio.sandbox.random"
local reply = require "twilio.sandbox.reply"

local Faults = {}
Faults.__index = Faults

local kinds = {}

local function refusal (rule, status, code, message)
  local response = reply.failure(status, code, message)
  response.retry_after = rule.retry_after and string.format("%d", math.ceil(rule.retry_after))
  return response
end

function kinds.throttle (rule)
  return refusal(rule, 429, 20429, "Too Many Requests")
end

function kinds.error (rule)
  local status = math.floor(rule.status or 500)
  local code = status == 503 and 20503 or status == 500 and 20500 or status
  return refusal(rule, status, code, "The sandbox was told to fail")
end

function kinds.error_after (rule, process)
  process()
  return kinds.error(rule)
end

function kinds.drop_before () return nil, { drop = true } end

function kinds.drop_after (_, process)
  process()
  return nil, { drop = true }
end

function kinds.truncate (_, process)
  local response = process()
  return response, { cut = math.floor(#response.body / 2) }
end

function kinds.garbage ()
  return { status = 200, content_type = "text/html", body = "<html><body>Bad gateway</body></html>\n" }
end

function kinds.delay (rule, process) return process(), { delay = rule.seconds or 1 } end

function kinds.late (rule, process, world)
  world:after(rule.seconds or 1, process)
  return nil, { drop = true }
end

local function within (least, most, whole)
  return function (value)
    return type(value) == "number" and value >= least and value <= most and (not whole or value % 1 == 0)
  end
end

-- The fields of a rule: what each must be, in words and as a test; the faults that use it, where not all do.
local MOST = 2 ^ 31
local fields = {
  fault = { "one of the faults", function (value) return kinds[value] ~= nil end },
  method = { "a method in capitals", function (value) return type(value) == "string" and value:find("^%u+$") end },
  path = { "a text", function (value) return type(value) == "string" end },
  probability = { "a number from 0 to 1", within(0, 1) },
  times = { "a whole number", within(0, MOST, true) },
  seconds = { "a number of seconds", within(0, MOST), { delay = true, late = true } },
  status = { "a status from 200 to 599", within(200, 599, true), { error = true, error_after = true } },
  retry_after = { "a number of seconds", within(0, MOST), { throttle = true, error = true, error_after = true } },
}

local function is_list (value)
  if type(value) ~= "table" then return false end
  local count = 0
  for _ in pairs(value) do count = count + 1 end
  return count == #value
end

-- What is wrong with a rule, or nil.
local function wrong (rule)
  if type(rule) ~= "table" then return "must be a table" end
  if rule.fault == nil then return "names no fault" end
  for name, value in pairs(rule) do
    local field = fields[name]
    if not field then return "has a field that none has: " .. tostring(name) end
    if not field[2](value) then return "has a " .. name .. " that is not " .. field[1] .. ": " .. tostring(value) end
  end
  for name, field in pairs(fields) do
    local users = field[3]
    if rule[name] ~= nil and users and not users[rule.fault] then
      return "has a " .. name .. ", which " .. rule.fault .. " does not use"
    end
  end
end

--- Fault rules with a seed of their own. Raises, two levels up, for a rule that cannot be: a test that believes in
--- faults which never strike proves nothing.
local function new (seed, rules)
  rules = rules or {}
  if not is_list(rules) then error("rules must be a list", 3) end
  for i, rule in ipairs(rules) do
    local said = wrong(rule)
    if said then error("rule " .. i .. " " .. said, 3) end
  end
  return setmetatable({ rules = rules, draw = random.new(seed), left = {} }, Faults)
end

local function strikes (self, i, rule, request)
  if rule.method and rule.method ~= request.method then return false end
  if rule.path and not request.url:find(rule.path, 1, true) then return false end
  if self.left[i] == 0 then return false end
  if (rule.probability or 1) < 1 and self.draw(1000000) >= rule.probability * 1000000 then return false end
  if rule.times then self.left[i] = (self.left[i] or rule.times) - 1 end
  return true
end

--- The response to a request and its delivery, after what struck; either may be nil.
function Faults:apply (world, request, dispatch)
  for i, rule in ipairs(self.rules) do
    if strikes(self, i, rule, request) then
      world.struck[rule.fault] = (world.struck[rule.fault] or 0) + 1
      return kinds[rule.fault](rule, function () return dispatch(world, request) end, world)
    end
  end
  return dispatch(world, request)
end

--- What a transport reports of a delivery: a response, or nil and a failure. Time passes on the sandbox's clock.
local function deliver (sandbox, request, response, delivery)
  local function failure (kind, message) return nil, { kind = kind, message = message, sent = 1, transient = true } end
  if delivery and delivery.drop then return failure("network", "the connection was closed without a response") end
  if delivery and delivery.cut and #response.body > 0 then
    return failure("network", "the connection was closed within the response")
  end
  if delivery and delivery.delay then
    if request.timeout and delivery.delay > request.timeout then
      sandbox:sleep(request.timeout)
      return failure("timeout", "no response in time")
    end
    sandbox:sleep(delivery.delay)
  end
  local headers = response.headers
  for name, value in pairs(reply.constant) do headers[name] = value end
  return { status = response.status, headers = headers, body = response.body, sent = 1 }
end

return { new = new, deliver = deliver }
