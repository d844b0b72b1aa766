-- The record of a number that somebody owns, and how it shows.
--
-- A record is { sid, account, phone_number, kind, created, updated, friendly_name, settings, add_ons }. Its kind is the
-- inventory's; its settings are one of the tables of twilio.sandbox.settings. Both keep their JSON, so that a record is
-- written by joining a few strings.

local available = require "twilio.sandbox.available"
local json = require "twilio.sandbox.json"
local settings = require "twilio.sandbox.settings"

local capabilities = json.record{ "voice", "sms", "mms", "fax" }
local inside_kind = json.fields{ "address_requirements", "beta", "capabilities", "origin", "type" }

-- What a kind of number says in each record of its kind.
local function kind_json (kind)
  if not kind.json then
    kind.json = inside_kind{ address_requirements = kind.address, beta = kind.beta, origin = "twilio", type = kind.type,
      capabilities = json.raw(capabilities(kind)) }
  end
  return kind.json
end

local function uri_of (record)
  return "/2010-04-01/Accounts/" .. record.account.sid .. "/IncomingPhoneNumbers/" .. record.sid .. ".json"
end

--- Its name: without one of its own, a number is called by its number.
local function name_of (record) return record.friendly_name or available.friendly(record.phone_number) end

--- A record as JSON.
local function encode (record)
  return table.concat{
    '{"sid":"', record.sid, '","account_sid":"', record.account.sid, '","phone_number":"', record.phone_number,
    '","friendly_name":', json.value(name_of(record)), ',"date_created":"', record.created,
    '","date_updated":"', record.updated, '","uri":"', uri_of(record), '","status":"in-use",',
    kind_json(record.kind), ",", record.settings.json, "}",
  }
end

local dependent_capabilities = json.record{ "Voice", "SMS", "MMS" }
local inside_dependent = json.fields{ "sid", "account_sid", "friendly_name", "phone_number", "date_created",
  "date_updated", "uri", "address_requirements", "capabilities" }

--- What a number looks like among the dependents of an address.
local function encode_dependent (record)
  local kind = record.kind
  return "{" .. inside_dependent{ sid = record.sid, account_sid = record.account.sid,
    phone_number = record.phone_number, friendly_name = name_of(record), date_created = record.created,
    date_updated = record.updated, uri = uri_of(record), address_requirements = kind.address,
    capabilities = json.raw(dependent_capabilities{ Voice = kind.voice, SMS = kind.sms, MMS = kind.mms }),
  } .. "," .. settings.dependent(record.settings) .. "}"
end

--- A record that is in no book yet.
local function draft (world, account, phone_number, kind)
  local date = world:date()
  return { sid = world:sid("PN"), account = account, phone_number = phone_number, kind = kind, created = date,
    updated = date, settings = settings.defaults }
end

--- The changes of a form to a record (to none, for a purchase), checked; or nil and the error to answer.
local function read_changes (call, record)
  local named, refused = settings.check.friendly_name(call.form.FriendlyName or "")
  if not named then return nil, refused end
  local new, err = settings.change(record and record.settings or settings.defaults, call.form, call.account)
  if not new then return nil, err end
  return { settings = new, friendly_name = call.form.FriendlyName }
end

--- Puts changes into a record.
local function apply (record, changes)
  record.settings = changes.settings
  local name = changes.friendly_name
  if name then record.friendly_name = name ~= "" and name or nil end
end

return {
  name_of = name_of, encode = encode, encode_dependent = encode_dependent, draft = draft,
  read_changes = read_changes, apply = apply,
}
