-- Addresses, and the numbers that depend on them.

local json = require "twilio.sandbox.json"
local number = require "twilio.sandbox.number"
local pages = require "twilio.sandbox.pages"
local reply = require "twilio.sandbox.reply"
local settings = require "twilio.sandbox.settings"

-- parameter, field; the ones that a new address must have come first
local rows = {
  { "CustomerName", "customer_name" }, { "Street", "street" }, { "City", "city" }, { "Region", "region" },
  { "PostalCode", "postal_code" }, { "IsoCountry", "iso_country" },
  { "FriendlyName", "friendly_name" }, { "StreetSecondary", "street_secondary" },
}
local REQUIRED = 6

local encode = json.record{ "sid", "account_sid", "customer_name", "friendly_name", "street", "street_secondary",
  "city", "region", "postal_code", "iso_country", "emergency_enabled", "validated", "verified", "date_created",
  "date_updated", "uri" }

local function invalid (message) return reply.bad(21628, "Address Validation Error: " .. message) end

-- What "automatically correct" does here: no stray spaces, a short region in capitals.
local function correct (changes)
  for field, value in pairs(changes) do changes[field] = value:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "") end
  if changes.region and changes.region:find("^%a%a$") then changes.region = changes.region:upper() end
end

-- The changes of a form, checked; or nil and the error to answer.
local function read (form, new)
  local changes = {}
  for i, names in ipairs(rows) do
    local parameter, field = names[1], names[2]
    local value = form[parameter]
    if i <= REQUIRED and (new and (value or "") == "" or value == "") then
      return nil, invalid("missing " .. parameter)
    end
    changes[field] = value
  end
  if form.AutoCorrectAddress ~= "false" then correct(changes) end
  local named, err = settings.check.friendly_name(changes.friendly_name or "")
  if not named then
    return nil, err
  elseif not new then
    changes.iso_country = nil -- an address does not move to another country
  elseif changes.iso_country:find("^%a%a$") then
    changes.iso_country = changes.iso_country:upper()
  else
    return nil, invalid(changes.iso_country .. " is not an ISO country")
  end
  local enabled = form.EmergencyEnabled
  if enabled == "true" or enabled == "false" then changes.emergency_enabled = enabled == "true" end
  return changes
end

local function apply (record, changes)
  for field, value in pairs(changes) do record[field] = value end
end

--- POST Addresses
local function create (call)
  local changes, err = read(call.form, true)
  if not changes then return err end
  local world, account = call.world, call.account
  local sid, date = world:sid("AD"), world:date()
  local record = { sid = sid, account_sid = account.sid, emergency_enabled = false, validated = false, verified = false,
    date_created = date, date_updated = date,
    uri = "/2010-04-01/Accounts/" .. account.sid .. "/Addresses/" .. sid .. ".json" }
  apply(record, changes)
  account.addresses:add(record)
  return reply.ok(encode(record), 201)
end

--- GET Addresses. Its filters are exact.
local function list (call)
  local query = call.query
  local enabled = query.EmergencyEnabled
  local function is (value, wanted) return (wanted or "") == "" or value == wanted end
  local function passes (record)
    return is(record.customer_name, query.CustomerName) and is(record.friendly_name, query.FriendlyName)
      and is(record.iso_country, query.IsoCountry) and is(tostring(record.emergency_enabled), enabled)
  end
  return pages.list(call, call.account.addresses, { key = "addresses", encode = encode, passes = passes,
    filters = { "FriendlyName", "EmergencyEnabled", "IsoCountry", "CustomerName" } })
end

local function find (call) return call.account.addresses:get(call.captures[1]) end

--- GET Addresses/{Sid}
local function get (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  return reply.ok(encode(record))
end

--- POST Addresses/{Sid}
local function update (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  local changes, err = read(call.form, false)
  if not changes then return err end
  call.account.addresses:changing(record)
  apply(record, changes)
  record.date_updated = call.world:date()
  return reply.ok(encode(record))
end

local function depends (owned, sid)
  return owned.settings.address_sid == sid or owned.settings.emergency_address_sid == sid
end

--- DELETE Addresses/{Sid}. An address that a number needs stays.
local function remove (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  for owned in call.account.incoming:each() do
    if depends(owned, record.sid) then
      return reply.failure(409, 20409, "The address is in use by " .. owned.phone_number)
    end
  end
  call.account.addresses:remove(record)
  return reply.removed()
end

--- GET Addresses/{AddressSid}/DependentPhoneNumbers
local function dependents (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  return pages.list(call, call.account.incoming, { key = "dependent_phone_numbers", encode = number.encode_dependent,
    passes = function (owned) return depends(owned, record.sid) end })
end

return { create = create, list = list, get = get, update = update, remove = remove, dependents = dependents }
