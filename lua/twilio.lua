-- twilio: phone numbers of Twilio, found, bought, changed, listed, released.

local environment = require "twilio.environment"
local errors = require "twilio.errors"
local numbers = require "twilio.numbers"
local open = require "twilio.open"
local operations = require "twilio.operations"
local tasks = require "twilio.tasks"
local version = require "twilio.version"

-- What a user holds: the functions in `numbers`, and close. The session stays out of sight; the functions keep it
-- alive, so that `twilio.new{…}.numbers` is enough to keep.
local function facade (session)
  local label = "twilio.client" .. tostring(session.account):match("%(.*%)$")
  local methods, client = {}, nil

  -- Ends the client: wipes the secret, closes the connections. Calls answer nil, err of kind closed from then on.
  function methods.close ()
    session:close()
  end

  -- A group of functions that run side by side, see tasks.lua; or nil, err.
  function methods.tasks (self, options)
    if not rawequal(self, client) then errors.raise("tasks is called with a colon, not a dot: client:tasks{…}", 2) end
    local group, err = tasks.new(session.transport, options)
    return group, err
  end

  client = setmetatable({ numbers = operations.bind(function () return session end) }, {
    __index = methods,
    __close = methods.close,
    __tostring = function () return label end,
    __metatable = "twilio.client",
  })
  return client
end

-- A client. `config` may hold (seconds everywhere; TWILIO_… is where a missing one comes from):
--   account_sid (TWILIO_ACCOUNT_SID), and auth_token (TWILIO_AUTH_TOKEN) or api_key and api_secret (TWILIO_API_KEY,
--     TWILIO_API_SECRET)
--   region, edge (TWILIO_REGION, TWILIO_EDGE) or api_url (TWILIO_API_URL): https, or http on the loopback interface
--   api_version ("2010-04-01"), user_agent (a suffix)
--   ca_file (TWILIO_CA_FILE), ca_path, proxy ("" for none; else the environment's, as curl takes it, and in nginx none)
--   connect_timeout (10), timeout (of one attempt: 30; 60 where money or a telephone is involved), deadline (of a whole
--     call: 60; 150 there), max_attempts (4)
--   transport (an object with send, sleep, now, close; it is not closed with the client)
--   on_request, on_response, on_retry: functions that are told of every attempt, in a table of its own each time:
--     operation, method, path, attempt (its number), timeout; with on_response also outcome (ok rejected throttled
--     not_sent ambiguous), status, kind, request_id, sent (a count), elapsed; with on_retry operation, attempt, status,
--     kind, wait (seconds). An error in one changes nothing; the call's second result has it as hook_error.
--   on_intent: a function that is told of a purchase before its first byte: operation, phone_number, account_sid, and
--     since (Twilio's clock, where an answer in this call told it before). Keep it, and numbers.reconcile(intent) says
--     after a crash what became of it. An error in it stops the purchase.
--   times (seconds, over those of twilio/retry.lua; for tests)
-- An unknown setting or a wrong Lua type raises; a bad value answers nil, err of kind config, err.parameter its name.
local function new (config)
  if type(config) ~= "table" then errors.raise("twilio.new takes a table, not a " .. type(config), 2) end
  local session, err = open(config)
  if session then return facade(session) end
  if type(err) == "string" then errors.raise(err, 2) end
  return nil, err
end

-- The same for the environment's account; or nil, err.
local function environment_tasks (options)
  local session, err = environment()
  if not session then return nil, err end
  local group
  group, err = tasks.new(session.transport, options)
  return group, err
end

return { new = new, numbers = numbers, tasks = environment_tasks, version = version }
