-- The functions that a user sees, made from core's rows. Each is one call of a session; mistakes raise here, at the
-- caller's line, and nowhere below.

local cjson = require "cjson"
local core = require "twilio.core"
local errors = require "twilio.errors"
local pagers = require "twilio.pager"
local searchers = require "twilio.searcher"

-- One set for all clients of a state, and of the rows only what is asked of them here: they stay in memory.
local rows = core.operations()
for _, row in ipairs(rows) do row.parameters = nil end

-- The parameters of a call, or nil and what is wrong with the call itself.
local function checked (numbers, name, params)
  if params == nil then return {} end
  if rawequal(params, numbers) then
    return nil, ("%s is called with a dot, not a colon: numbers.%s{…}"):format(name, name)
  end
  if type(params) ~= "table" then
    return nil, ("%s takes a table, not a %s"):format(name, type(params))
  end
  return params
end

-- A mistake in the words of who called this function: core knows an operation by its own name alone.
local function in_words (mistake, row, name)
  return (mistake:gsub("^" .. row.name .. "%f[: ]", name))
end

-- `source()` answers the session, or nil, err. Every function below is name(params).

local function single (numbers, source, row, name)
  return function (params)
    local given, mistake = checked(numbers, name, params)
    if not given then errors.raise(mistake, 2) end
    local session, err = source()
    if not session then return nil, err end
    local plan
    plan, err = session:plan(row, name, given)
    if not plan then
      if type(err) == "string" then errors.raise(in_words(err, row, name), 2) end
      return nil, err
    end
    return session:run(plan)
  end
end

-- A walk over the listing of this row: a pager; or nil, message.
local function walk (numbers, source, row, name, params)
  local given, mistake = checked(numbers, name, params)
  if not given then return nil, mistake end
  local session, err = source()
  local kind = row.list_key == "available_phone_numbers" and "search" or "walk"
  local start, options = nil, err
  if session then start, options = session[kind](session, row, given) end
  if start then
    return kind == "search" and searchers.new(start, options) or pagers.new(session, start, nil, options)
  end
  if type(options) == "string" then return nil, in_words(options, row, name) end
  return pagers.new(session, nil, options, {})
end

local function each (numbers, source, row)
  return function (params)
    local pager, mistake = walk(numbers, source, row, row.each, params)
    if not pager then errors.raise(mistake, 2) end
    return pagers.each(pager), nil, nil, pager
  end
end

local function pages (numbers, source, row)
  return function (params)
    local pager, mistake = walk(numbers, source, row, row.pages, params)
    if not pager then errors.raise(mistake, 2) end
    return pager, nil, nil, pager
  end
end

local intent_fields = { phone_number = "string", account_sid = "string", since = "number" }

-- What reconcile goes by, of an intent or an error; or nil, message.
local function intent_of (given)
  local intent = {}
  for name, kind in pairs(intent_fields) do
    local value = rawget(given, name)
    if value == cjson.null then value = nil end  -- an intent may come back from a journal
    if value ~= nil and type(value) ~= kind then
      return nil, ("an intent's %s must be a %s, not a %s"):format(name, kind, type(value))
    end
    intent[name] = value
  end
  if not intent.phone_number then return nil, "reconcile needs an intent with its phone_number" end
  return intent
end

-- The table of functions for the session that `source()` answers.
local function bind (source)
  local numbers = { operations = core.operations }
  for _, row in ipairs(rows) do
    numbers[row.name] = single(numbers, source, row, row.name)
    if row.alias then numbers[row.alias] = single(numbers, source, row, row.alias) end
    if row.each then numbers[row.each] = each(numbers, source, row) end
    if row.pages then numbers[row.pages] = pages(numbers, source, row) end
  end

  -- What became of a purchase whose outcome was never learnt (a crash, an ambiguous error). `intent` is what on_intent
  -- was told, or the error: phone_number, and account_sid and since if known. Nothing else in it is looked at: it is
  -- the client's own credentials that ask, so a purchase by others (a call's own) is for a client of theirs. Answers
  -- "bought", record, info (with info.already_owned where the record is older than `since`, which none is said to be
  -- without it); "not_found_yet", nil, info; or "unknown", err. A field of the wrong type raises; a bad value is
  -- "unknown", err of kind invalid.
  function numbers.reconcile (intent)
    local given, mistake = checked(numbers, "reconcile", intent)
    local wanted
    if given then wanted, mistake = intent_of(given) end
    if not wanted then errors.raise(mistake, 2) end
    local session, err = source()
    if not session then return "unknown", err end
    return session:reconcile(wanted)
  end

  return numbers
end

return { bind = bind }
