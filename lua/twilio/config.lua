-- The configuration of a client: what twilio.new was given, and what the environment adds.

local core = require "twilio.core"
local retry = require "twilio.retry"
local settings = require "twilio.settings"

local names = {}
for name in pairs(settings.rows) do names[settings.fold(name)] = name end

-- `; did you mean account_sid?`, or "" where nothing is near.
local function hint (name)
  local best, least = nil, 4
  for known in pairs(settings.rows) do
    local distance = core.distance(tostring(name), known)
    if distance < least or distance == least and best and known < best then best, least = known, distance end
  end
  return best and "; did you mean " .. best .. "?" or ""
end

-- https://api[.edge][.region].twilio.com. An edge alone is an edge of us1; of the regions only us1 has a host alone.
local function host (edge, region)
  if edge then return ("https://api.%s.%s.twilio.com"):format(edge, region or "us1") end
  if not region then return "https://api.twilio.com" end
  if region == "us1" then return "https://api.us1.twilio.com" end
  return nil, settings.bad("region", region .. " needs an edge too (as dublin for ie1, sydney for au1)")
end

-- What the environment adds. It never completes a pair: credentials in the configuration replace all of its own; of its
-- own a token is taken before a key, as Twilio's libraries do.
local function environment (found, getenv)
  local own = found.auth_token or found.api_key or found.api_secret
  local function add (name)
    if found[name] == nil then
      local value = getenv(settings.rows[name][2])
      if value and value ~= "" then found[name] = value end
    end
  end
  add "account_sid"
  add "ca_file"
  if not own then
    add "auth_token"
    if not found.auth_token then
      add "api_key"
      add "api_secret"
    end
  end
  if not (found.region or found.edge) then add "api_url" end
  if not found.api_url then
    add "region"
    add "edge"
  end
end

-- The policy's times for these settings; nil, message; or nil, err.
local function times (found)
  local t = {}
  for name, value in pairs(retry.times) do t[name] = value end
  if found.timeout then t.timeout, t.money_timeout = found.timeout, found.timeout end
  if found.deadline then t.deadline, t.money_deadline = found.deadline, found.deadline end
  if found.max_attempts then t.attempts = found.max_attempts end
  for name, value in next, found.times or {} do
    if t[name] == nil then return nil, "unknown setting times." .. tostring(name) end
    if type(value) ~= "number" then return nil, ("times.%s must be a number, not a %s"):format(name, type(value)) end
    local check = settings.rows[name == "attempts" and "max_attempts" or "timeout"][3]
    local fault = check(value)
    if fault then return nil, settings.bad("times." .. name, fault) end
    t[name] = value
  end
  return t
end

-- Reads twilio.new's table: the configuration (account, times, and the settings by name); nil, message; or nil, err.
local function read (given, getenv)
  local rest, found = settings.take(given, names, {}, false)
  if not rest then return nil, found end
  local unknown = next(rest)
  if unknown ~= nil then
    return nil, ("unknown setting %s%s"):format(tostring(unknown), hint(unknown))
  end
  environment(found, getenv or os.getenv)
  local problem = settings.wrong(found)
  if problem then return nil, problem end
  if found.api_url and (found.region or found.edge) then
    return nil, settings.bad("api_url", "give api_url or region and edge, not both")
  end
  if not found.account_sid then
    return nil, settings.bad("account_sid", "missing (TWILIO_ACCOUNT_SID is not set either)")
  end
  local who, err
  found.times, err = times(found)
  if err then return nil, err end
  who, err = settings.credentials(found)
  if err then return nil, err end
  if not who then return nil, settings.bad("auth_token", "missing (TWILIO_AUTH_TOKEN is not set either)") end
  local url = found.api_url
  if not url then url, err = host(found.edge, found.region) end
  if not url then return nil, err end
  found.account, err = core.account{ account_sid = found.account_sid, user = who.user, secret = who.secret,
                                     api_url = url, api_version = found.api_version }
  if not found.account then return nil, settings.refused(err, found) end
  found.auth_token, found.api_key, found.api_secret = nil, nil, nil
  found.plain = { account = found.account }  -- the settings of a call that has none of its own: see given.lua
  return found
end

return { read = read }
