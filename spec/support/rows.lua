-- The operation rows, and a good and a bad value for each parameter: what generated tests are made from.

local core = require "twilio.core"

local rows = { list = core.operations(), by_name = {} }
for _, row in ipairs(rows.list) do rows.by_name[row.name] = row end

function rows.sid (prefix, digit)
  return prefix .. (digit or "a"):rep(32)
end

rows.account_sid = rows.sid("AC", "0")

function rows.account ()
  return assert(core.account{ account_sid = rows.account_sid, secret = "a_secret" })
end

local good = {
  text = "some text", url = "https://example.com/x?y=z", e164 = "+14155550123", phone = "+14155550123",
  boolean = true, country = "US", contains = "415555****", latlong = "37.84,-122.46", digits = "722",
  date = "2010-04-01",
}

function rows.good (parameter)
  if parameter.type == "sid" then return rows.sid(parameter.prefix) end
  if parameter.type == "enum" then return parameter.values[1] end
  if parameter.type == "integer" then return parameter.max or parameter.min end
  return good[parameter.type]
end

-- A string that this parameter never takes; nil for a text without a limit, which takes all.
function rows.bad (parameter)
  if parameter.type == "text" then return parameter.max and ("x"):rep(parameter.max + 1) end
  return "\1"
end

-- What the operation cannot do without.
function rows.required (row)
  local params = {}
  for _, parameter in ipairs(row.parameters) do
    if parameter.required then params[parameter.name] = rows.good(parameter) end
  end
  if row.name == "buy" then params.phone_number = good.e164 end
  return params
end

-- f(row, parameter) for each parameter of each operation; answers how many.
function rows.each (f)
  local count = 0
  for _, row in ipairs(rows.list) do
    for _, parameter in ipairs(row.parameters) do
      f(row, parameter)
      count = count + 1
    end
  end
  return count
end

return rows
