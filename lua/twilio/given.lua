-- What one call's table holds beside the operation's parameters.

local core = require "twilio.core"
local settings = require "twilio.settings"

-- The settings that one call's table may hold: folded = name.
local in_call = {}
for _, name in ipairs{ "account_sid", "auth_token", "api_key", "api_secret", "api_url", "api_version", "deadline",
                       "on_intent" } do
  in_call[settings.fold(name)] = name
end

-- These change the path too: core sees to them.
local in_path = { account_sid = true, api_version = true }

local function invalid (err, row)
  err.kind, err.operation = "invalid", row.name
  return err
end

-- A bad value in the table of a call of this row's.
local function bad (row, name, what)
  return invalid(settings.bad(name, what), row)
end

-- Whose the call is: the session's account, or one of the table's own. An address of one's own asks for an account and
-- a secret of one's own, so that no request data can send the session's secret elsewhere.
local function account_of (config, found)
  local who, err = settings.credentials(found)
  if err then return nil, err end
  if found.api_url and not (who and found.account_sid) then
    return nil, settings.bad("api_url", "in a call's table it needs account_sid and a secret beside it")
  end
  if not who then return config.account end
  local sid = found.account_sid or config.account:sid()
  local account
  account, err = core.account{ account_sid = sid, user = who.user or sid, secret = who.secret,
                               api_url = found.api_url or config.account:origin(),
                               api_version = found.api_version or config.api_version }
  if not account then return nil, settings.refused(err, found) end
  return account
end

-- Splits a call's table: the parameters, and { account, account_sid, api_version, deadline, on_intent }; nil, message;
-- or nil, err. `blank`: the connector's rule, "" means absent. Most tables have no settings, and are what they are.
local function split_call (config, row, given, blank)
  if not settings.holds(given, in_call) then return given, config.plain end
  local params, found = settings.take(given, in_call, in_path, blank)
  if not params then return nil, found end
  if found.on_intent and row.class ~= "buy" then params.on_intent, found.on_intent = found.on_intent, nil end
  local problem = settings.wrong(found)
  if problem then return nil, type(problem) == "table" and invalid(problem, row) or problem end
  local account, err = account_of(config, found)
  if not account then return nil, invalid(err, row) end
  return params, { account = account, account_sid = found.account_sid, api_version = found.api_version,
                   deadline = found.deadline, on_intent = found.on_intent }
end

-- What a walk may hold beside the operation's parameters; one whose pages name the next has more.
local in_search = { limit = "limit", pagesize = "page_size" }
local in_walk = { limit = "limit", pagesize = "page_size", resume = "resume", prefetch = "prefetch" }

-- Splits the table of a walk over this row's listing: the rest, and { limit, page_size, uri, prefetch }; nil, message;
-- or nil, err.
local function split_walk (row, given)
  local rest, found = settings.take(given, row.paged and in_walk or in_search, {}, false)
  if not rest then return nil, found end
  local limit, resume, prefetch = found.limit, found.resume, found.prefetch
  if resume ~= nil and type(resume) ~= "string" then
    return nil, "resume must be a string, not a " .. type(resume)
  end
  if prefetch ~= nil and type(prefetch) ~= "boolean" then
    return nil, "prefetch must be a boolean, not a " .. type(prefetch)
  end
  if limit ~= nil and type(limit) ~= "number" and type(limit) ~= "string" then
    return nil, "limit must be a number, not a " .. type(limit)
  end
  limit = tonumber(limit)
  if found.limit and not (limit and limit >= 1 and limit % 1 == 0) then
    return nil, bad(row, "limit", "must be a whole number from 1")
  end
  return rest, { limit = limit, page_size = found.page_size, uri = resume, prefetch = prefetch }
end

-- The value of a parameter, in any spelling.
local function pick (params, name)
  local folded = settings.fold(name)
  for key, value in next, params do
    if type(key) == "string" and settings.fold(key) == folded then return value end
  end
end

-- A copy of the parameters without these, however they are spelt.
local function without (params, ...)
  local unwanted, rest = {}, {}
  for _, name in ipairs{ ... } do unwanted[settings.fold(name)] = true end
  for key, value in next, params do
    if not (type(key) == "string" and unwanted[settings.fold(key)]) then rest[key] = value end
  end
  return rest
end

return { bad = bad, split_call = split_call, split_walk = split_walk, pick = pick, without = without }
