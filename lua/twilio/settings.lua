-- Which settings there are, and how they are taken out of a table. A table that could never be right is answered as
-- nil, message (the public function raises it at its caller's line); a bad value as nil, err.

local cjson = require "cjson"
local errors = require "twilio.errors"

-- What was folded already: bounded in count and length, since the names come from the callers.
local folded, room, longest = {}, 1000, 64

-- One rule for spellings: account_sid, accountSid and AccountSid are one name.
local function fold (key)
  local name = folded[key]
  if not name then
    name = key:gsub("_", ""):lower()
    if room > 0 and #key <= longest then folded[key], room = name, room - 1 end
  end
  return name
end

local function bad (name, what)
  return errors.new{ kind = "config", parameter = name, message = name .. ": " .. what, retryable = false }
end

-- core's word on an account, of kind config, in the words of who gave these settings for it.
local function refused (err, found)
  local own = { user = "api_key", secret = found.auth_token and "auth_token" or "api_secret" }
  local name, what = err.message:match("^([%w_]+): (.*)$")
  return bad(own[name] or name, what)
end

local function seconds (value)
  if value > 0 and value <= 86400 then return nil end
  return "must be a number of seconds above 0, at most a day"
end

local function count (value)
  if value >= 1 and value <= 100 and value % 1 == 0 then return nil end
  return "must be a whole number from 1 to 100"
end

local function label (value)
  if #value <= 32 and value:find("^[a-z0-9-]+$") and not value:find("^%-") and not value:find("%-$") then return nil end
  return "must be lower-case letters and digits, with hyphens between them"
end

-- It becomes part of a header.
local function suffix (value)
  if #value <= 200 and not value:find("[^\32-\126]") then return nil end
  return "must be at most 200 printable ASCII characters"
end

local function sender (value)
  for _, name in ipairs{ "send", "sleep", "now", "close" } do
    if value[name] == nil then return "must have " .. name end
  end
  return nil
end

-- name = { Lua type, environment variable or false, check or nil }. A check answers what is wrong with it.
local rows = {
  account_sid = { "string", "TWILIO_ACCOUNT_SID" },
  auth_token = { "string", "TWILIO_AUTH_TOKEN" },
  api_key = { "string", "TWILIO_API_KEY" },
  api_secret = { "string", "TWILIO_API_SECRET" },
  region = { "string", "TWILIO_REGION", label },
  edge = { "string", "TWILIO_EDGE", label },
  api_url = { "string", "TWILIO_API_URL" },
  api_version = { "string", false },
  ca_file = { "string", "TWILIO_CA_FILE" },
  ca_path = { "string", false },
  proxy = { "string", false },
  user_agent = { "string", false, suffix },
  connect_timeout = { "number", false, seconds },
  timeout = { "number", false, seconds },
  deadline = { "number", false, seconds },
  max_attempts = { "number", false, count },
  transport = { "table", false, sender },
  times = { "table", false },
  on_request = { "function", false },
  on_response = { "function", false },
  on_retry = { "function", false },
  on_intent = { "function", false },
}

-- Takes the settings named in `wanted` (folded = name) out of a table: the rest, the settings found; or nil, message.
-- Raw access only, and the table is left as it is. What is kept in the rest as well: settings in `kept`.
-- `blank`: "" means absent.
local function take (given, wanted, kept, blank)
  local rest, found, spelt = {}, {}, {}
  for key, value in next, given do
    local name = type(key) == "string" and wanted[fold(key)]
    if not name then
      rest[key] = value
    else
      if kept[name] then rest[key] = value end
      if value ~= cjson.null and not (blank and value == "") then
        if spelt[name] then return nil, ("%s is given twice: %s and %s"):format(name, spelt[name], key) end
        spelt[name], found[name] = key, value
      end
    end
  end
  return rest, found
end

-- Does the table hold any of the settings named in `wanted`?
local function holds (given, wanted)
  for key in next, given do
    if type(key) == "string" and wanted[fold(key)] then return true end
  end
  return false
end

-- Type and value of the settings found. nil when all are right; else message or err.
local function wrong (found)
  for name, value in pairs(found) do
    local kind, check = rows[name][1], rows[name][3]
    local is = type(value)
    if is ~= kind then
      return ("%s must be a %s, not a %s"):format(name, kind, is)
    end
    local fault = check and check(value)
    if fault then return bad(name, fault) end
  end
  return nil
end

-- The user and secret among these settings, for this account: { user, secret }; nil where there are none; or nil, err.
local function credentials (found)
  local key, secret, token = found.api_key, found.api_secret, found.auth_token
  if not (key or secret or token) then return nil end
  if token and (key or secret) then
    return nil, bad("auth_token", "give an auth token or an API key, not both")
  elseif token then
    return { user = found.account_sid, secret = token }
  elseif not key then
    return nil, bad("api_key", "an API secret needs its API key")
  elseif not secret then
    return nil, bad("api_secret", "an API key needs its API secret")
  end
  return { user = key, secret = secret }
end

return { rows = rows, fold = fold, bad = bad, refused = refused, holds = holds, take = take, wrong = wrong,
         credentials = credentials }
