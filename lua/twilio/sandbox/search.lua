-- The filters of a search for available numbers. They apply at three points, cheapest first: to a block (an area code),
-- to a place and a kind of number, and to the number itself.

local contains = require "twilio.sandbox.contains"
local reply = require "twilio.sandbox.reply"

local EARTH = 3958.8 -- miles

local function miles (lat1, long1, lat2, long2)
  local a = math.sin(math.rad(lat2 - lat1) / 2) ^ 2
    + math.cos(math.rad(lat1)) * math.cos(math.rad(lat2)) * math.sin(math.rad(long2 - long1) / 2) ^ 2
  return 2 * EARTH * math.asin(math.min(1, math.sqrt(a)))
end

-- The place of a number given in E.164 or in North America's national format; nil for what is no number or not known.
local function place_of (inventory, text)
  local digits = text:gsub("[^%d]", "")
  if text:find("%a") or #digits < 10 then return nil end
  if #digits == 10 and text:sub(1, 1) ~= "+" then digits = "1" .. digits end
  return (inventory:describe("+" .. digits))
end

-- "US and Canada only" filters; each takes its value and answers a test of a place, or nil and an error.
local nanp = {}

-- A filter that compares one property of the place with a text, or with that property of the place of a given number.
local function same (property)
  return function (value, _, inventory)
    local place = place_of(inventory, value)
    local wanted = (place and place[property] or value):lower()
    return function (candidate)
      local own = candidate[property]
      return own ~= nil and own:lower() == wanted
    end
  end
end

nanp.InPostalCode = same("postal_code")
nanp.InRegion = same("region")
nanp.InLata = same("lata")

function nanp.InRateCenter (value, query, inventory)
  if not query.InLata then return nil, reply.bad(400, "InRateCenter requires InLata") end
  return same("rate_center")(value, query, inventory)
end

local function near (query, latitude, longitude)
  local distance = tonumber((query.Distance ~= "" and query.Distance or "25"):match("^%d+%.?%d*$"))
  if not distance or distance > 500 then return nil, reply.bad(400, "Invalid Distance") end
  return function (place)
    return place.latitude ~= nil and miles(latitude, longitude, place.latitude, place.longitude) <= distance
  end
end

function nanp.NearLatLong (value, query)
  local latitude, longitude = value:match("^%s*(%-?[%d.]+)%s*,%s*(%-?[%d.]+)%s*$")
  latitude, longitude = tonumber(latitude), tonumber(longitude)
  if not latitude or not longitude or math.abs(latitude) > 90 or math.abs(longitude) > 180 then
    return nil, reply.bad(400, "Invalid NearLatLong")
  end
  return near(query, latitude, longitude)
end

function nanp.NearNumber (value, query, inventory)
  local place = place_of(inventory, value)
  if not place or not place.latitude then return function () return false end end
  return near(query, place.latitude, place.longitude)
end

-- Filters by kind of number.
local function flag (property)
  return function (value)
    if value == "true" then return function (_, kind) return kind[property] end end
    if value == "false" then return function (_, kind) return not kind[property] end end
  end
end

local function exclude (...)
  local addresses = {}
  for _, address in ipairs{ ... } do addresses[address] = true end
  return function (value)
    if value == "true" then return function (_, kind) return not addresses[kind.address] end end
  end
end

local kinds = {
  SmsEnabled = flag("sms"), MmsEnabled = flag("mms"), VoiceEnabled = flag("voice"), FaxEnabled = flag("fax"),
  ExcludeAllAddressRequired = exclude("any", "local", "foreign"),
  ExcludeLocalAddressRequired = exclude("local"),
  ExcludeForeignAddressRequired = exclude("foreign"),
  Beta = function (value)
    if value == "false" then return function (_, kind) return not kind.beta end end
  end,
  InLocality = same("locality"),
}

local function all (tests)
  if #tests == 0 then return function () return true end end
  return function (a, b)
    for i = 1, #tests do
      if not tests[i](a, b) then return false end
    end
    return true
  end
end

--- The three tests of a query over a kind of number: of a block, of (place, kind), of the phone number; or nil and the
--- error to answer.
local function compile (query, kind, inventory)
  local block_tests, entry_tests, number_test = {}, {}, function () return true end
  local function use (filters)
    for name, filter in pairs(filters) do
      local value = query[name]
      if value and value ~= "" then
        local test, err = filter(value, query, inventory)
        if err then return err end
        entry_tests[#entry_tests + 1] = test
      end
    end
  end
  local err = use(kinds) or kind.nanp and use(nanp)
  if err then return nil, err end

  local area_code = query.AreaCode
  if kind.nanp and area_code and area_code ~= "" then
    if not area_code:find("^[2-9]%d%d$") then return nil, reply.bad(21451, area_code .. " is not a valid area code") end
    block_tests[1] = function (block) return block.area_code == area_code end
  end
  local pattern = query.Contains
  if pattern and pattern ~= "" then
    local start
    number_test, start = contains.compile(pattern)
    if not number_test then return nil, reply.bad(400, "Invalid Pattern") end
    block_tests[#block_tests + 1] = function (block)
      local length = math.min(#start, #block.prefix)
      return start:sub(1, length) == block.prefix:sub(1, length)
    end
  end
  return all(block_tests), all(entry_tests), number_test
end

return { compile = compile }
