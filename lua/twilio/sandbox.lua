-- A Twilio of your own, for tests: it has numbers to sell, remembers who bought them, and can fail in every way
-- that a network can. In process it is a transport, with a clock that only its own sleep() moves:
--
--   local sandbox = require "twilio.sandbox".new{ numbers = 3 }
--   local client = twilio.new{ transport = sandbox, account_sid = sandbox.account_sid,
--     auth_token = sandbox.auth_token }
--
-- nginx mounts the same state machine as an HTTP server (twilio/sandbox/serve starts it).

local dispatch = require "twilio.sandbox.dispatch"
local faults = require "twilio.sandbox.faults"
local incoming = require "twilio.sandbox.incoming"
local random = require "twilio.sandbox.random"
local reply = require "twilio.sandbox.reply"
local world = require "twilio.sandbox.world"

local defaults = {
  account_sid = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", auth_token = "sandbox_auth_token",
  sub_account_sid = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  api_key = "SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", api_secret = "sandbox_api_secret",
  test_account_sid = "AC7e577e577e577e577e577e577e577e57", test_auth_token = "sandbox_test_token",
  seed = 1,                 -- the same seed gives the same inventory, SIDs and faults
  numbers = 0,              -- how many numbers the account owns at the start
  list_lag = 0,             -- seconds until a change shows in lists
  rebuy = "old",            -- the date_created that buying an owned number answers with: "old", or "new"
  release_delay = 10,       -- seconds until a released number is for sale again
  verification_delay = 1,   -- seconds that a verification call takes
  verification = "success", -- how it ends: "success" or "failed"
  search_rows = 1000,       -- the most rows that a search gives, whatever its PageSize
}

local choices = { rebuy = { old = true, new = true }, verification = { success = true, failed = true } }
local least = { numbers = 0, list_lag = 0, release_delay = 0, verification_delay = 0, search_rows = 1 }

local function is_value (name, value)
  if type(value) ~= type(defaults[name]) then return false end
  if least[name] then return value >= least[name] and value < math.huge end
  return not choices[name] or choices[name][value] ~= nil
end

-- The settings with those that are given. Raises, two levels up, for what is no setting or no value of one.
local function settle (settings, given)
  if given ~= nil and type(given) ~= "table" then error("the settings must be a table", 3) end
  local new = {}
  for name, value in pairs(settings) do new[name] = value end
  for name, value in pairs(given or {}) do
    if defaults[name] == nil then
      error("unknown setting of the sandbox: " .. tostring(name), 3)
    elseif not is_value(name, value) then
      error("not a value for " .. name .. ": " .. tostring(value), 3)
    end
    new[name] = value
  end
  return new
end

local Sandbox = {}
Sandbox.__index = Sandbox

-- A clock that stands still but for its own sleep: what falls due on the way happens at its time.
local function virtual_clock (self)
  local now = os.time()
  local function sleep (seconds)
    local wakes, agenda = now + seconds, self.world.agenda
    while (agenda:next() or math.huge) <= wakes do
      now = math.max(now, agenda:next())
      agenda:run(now)
    end
    now = wakes
  end
  return function () return now end, sleep
end

local function start (self)
  self.world = world.new(self.settings, self.clock)
  self.world.on_status_callback = self.on_status_callback
  self.draw_request = random.new(self.settings.seed + 2)
  self.fault_rules = faults.new(self.settings.seed)
  local main, now = self.world.accounts[self.settings.account_sid], self.clock()
  for j = 1, self.settings.numbers do
    local record = incoming.own(self.world, main, self.world.inventory:owned(j))
    record.created = self.world:date(now - 86400 - math.floor((self.settings.numbers - j) / 100))
    record.updated = record.created
  end
  self.world.list_lag = self.settings.list_lag
end

--- A sandbox. config may give any of the settings above, and
---   on_status_callback  function ({ url, method, account_sid, fields, at }), called when a StatusCallback is due
---   clock, sleep        function () → wall-clock seconds, and function (seconds), which lets them pass; without both
---                       the clock stands still between calls of the sandbox's sleep()
--- Raises for what is no setting or no value of one.
local function new (config)
  if config ~= nil and type(config) ~= "table" then error("the settings must be a table", 2) end
  local self, given = setmetatable({}, Sandbox), {}
  for name, value in pairs(config or {}) do given[name] = value end
  self.on_status_callback, self.clock, self.pass = given.on_status_callback, given.clock, given.sleep
  given.on_status_callback, given.clock, given.sleep = nil, nil, nil
  if (self.clock == nil) ~= (self.pass == nil) then error("clock and sleep belong together", 2) end
  if not self.clock then self.clock, self.pass = virtual_clock(self) end
  self.launch = settle(defaults, given)
  self.begun = self.clock()
  self:reset()
  return self
end

--- Back to the start, without faults, and with other settings where they are given. Raises as new() does.
function Sandbox:reset (changes)
  self.settings = settle(self.launch, changes)
  self.account_sid, self.auth_token = self.settings.account_sid, self.settings.auth_token
  start(self)
end

--- Has requests fail: { seed = n, rules = { { fault = "drop_after", method = "POST", path = "IncomingPhoneNumbers",
--- probability = 0.2 }, … } }. The kinds of fault stand in twilio/sandbox/faults.lua; no rules end them.
function Sandbox:faults (plan)
  if type(plan) ~= "table" then error("faults must be a table: seed and rules", 2) end
  for name in pairs(plan) do
    if name ~= "seed" and name ~= "rules" then error("faults have no " .. tostring(name) .. ": seed and rules", 2) end
  end
  local seed = plan.seed or self.settings.seed
  if type(seed) ~= "number" then error("the faults' seed must be a number", 2) end
  self.fault_rules = faults.new(seed, plan.rules)
end

local function copies (list)
  local copied = {}
  for i, entry in ipairs(list) do
    copied[i] = {}
    for name, value in pairs(entry) do copied[i][name] = value end
  end
  return copied
end

--- What is true: requests (a count), charges, releases, verification_calls and callbacks (lists), owned (a list of
--- phone numbers), faults (how often each struck). What was due by now happens first.
function Sandbox:state ()
  local w, owned, struck = self.world, {}, {}
  w.agenda:run(self.clock())
  for phone_number in pairs(w.owner) do owned[#owned + 1] = phone_number end
  table.sort(owned)
  for fault, times in pairs(w.struck) do struck[fault] = times end
  return { requests = w.requests, charges = copies(w.charges), releases = copies(w.releases),
    verification_calls = copies(w.verification_calls), callbacks = copies(w.callbacks), owned = owned, faults = struck }
end

--- The response to a request, and how to deliver it where not as it is (see twilio/sandbox/faults.lua). What was due by
--- now happens first.
function Sandbox:handle (request)
  local w, began = self.world, self.clock()
  w.agenda:run(began)
  w.requests = w.requests + 1
  local response, delivery = self.fault_rules:apply(w, request, dispatch)
  if response then
    response.headers = reply.headers(response, random.sid(self.draw_request, "RQ"), w.http_date_of(began),
      self.clock() - began)
  end
  return response, delivery
end

--- As a transport does.
function Sandbox:send (request)
  local response, delivery = self:handle(request)
  return faults.deliver(self, request, response, delivery)
end

--- Lets time pass; what is due by then happens.
function Sandbox:sleep (seconds)
  self.pass(math.max(seconds, 0))
  self.world.agenda:run(self.clock())
end

--- Seconds since the sandbox was made.
function Sandbox:now () return self.clock() - self.begun end

function Sandbox:close () end -- luacheck: ignore self

return { new = new }
