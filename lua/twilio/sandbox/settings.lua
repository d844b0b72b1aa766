-- What can be set on a number when it is bought or updated: which parameters there are, which values they take, and how
-- they show in the record.

local json = require "twilio.sandbox.json"
local reply = require "twilio.sandbox.reply"

-- What each type of parameter accepts: its check answers the value to keep, or nil and the error to answer.
local check = {}

function check.url (value, name)
  if value:find("^https?://[%w%[]") and not value:find("[%s%c]") then return value end
  if name == "StatusCallback" then return nil, reply.bad(21456, name .. " is not a valid URL: " .. value) end
  return nil, reply.bad(21402, name .. " is not a valid URL: " .. value)
end

function check.friendly_name (value)
  if #value:gsub("[\128-\191]", "") <= 64 then return value end
  return nil, reply.bad(20002, "Invalid FriendlyName: it has more than 64 characters")
end

function check.method (value, name)
  local upper = value:upper()
  if upper == "GET" or upper == "POST" then return upper end
  return nil, reply.bad(21403, name .. " is not a valid method: " .. value)
end

function check.boolean (value, name)
  if value == "true" then return true elseif value == "false" then return false end
  return nil, reply.bad(20422, name .. " is not true or false")
end

function check.text (value) return value end

local function sid (prefix, code)
  return function (value, name)
    if value:find("^" .. prefix .. "%x+$") and #value == 34 then return value end
    return nil, reply.bad(code, name .. " is not valid: " .. value)
  end
end

check.application = sid("AP", 21420)
check.trunk = sid("TK", 20423)
check.identity = sid("RI", 20423)
check.bundle = sid("BU", 20423)

function check.address (value, name, account)
  if account.addresses:get(value) then return value end
  return nil, reply.bad(21628, name .. " is no address of this account: " .. value)
end

local function one_of (...)
  local allowed = {}
  for _, value in ipairs{ ... } do allowed[value:lower()] = value end
  return function (value, name)
    local known = allowed[value:lower()]
    if known then return known end
    return nil, reply.bad(20422, name .. " is not valid: " .. value)
  end
end

check.emergency = one_of("Active", "Inactive")
check.receive = one_of("voice", "fax")

-- parameter, field, type, value when it is not set
local rows = {
  { "ApiVersion", "api_version", "text", "2010-04-01" },
  { "VoiceUrl", "voice_url", "url", nil },
  { "VoiceMethod", "voice_method", "method", "POST" },
  { "VoiceFallbackUrl", "voice_fallback_url", "url", nil },
  { "VoiceFallbackMethod", "voice_fallback_method", "method", "POST" },
  { "VoiceCallerIdLookup", "voice_caller_id_lookup", "boolean", false },
  { "VoiceApplicationSid", "voice_application_sid", "application", "" },
  { "VoiceReceiveMode", "voice_receive_mode", "receive", "voice" },
  { "SmsUrl", "sms_url", "url", "" },
  { "SmsMethod", "sms_method", "method", "POST" },
  { "SmsFallbackUrl", "sms_fallback_url", "url", "" },
  { "SmsFallbackMethod", "sms_fallback_method", "method", "POST" },
  { "SmsApplicationSid", "sms_application_sid", "application", "" },
  { "StatusCallback", "status_callback", "url", "" },
  { "StatusCallbackMethod", "status_callback_method", "method", "POST" },
  { "TrunkSid", "trunk_sid", "trunk", nil },
  { "AddressSid", "address_sid", "address", nil },
  { "IdentitySid", "identity_sid", "identity", nil },
  { "BundleSid", "bundle_sid", "bundle", nil },
  { "EmergencyStatus", "emergency_status", "emergency", "Inactive" },
  { "EmergencyAddressSid", "emergency_address_sid", "address", nil },
}

local names = {}
for i, row in ipairs(rows) do names[i] = row[2] end
names[#names + 1] = "emergency_address_status"
local inside = json.fields(names)

--- The settings that show among the dependents of an address, as the inside of a JSON object.
local dependent = json.fields{ "voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method",
  "voice_caller_id_lookup", "voice_application_sid", "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method",
  "sms_application_sid", "status_callback", "status_callback_method", "trunk_sid", "emergency_status",
  "emergency_address_sid", "api_version" }

-- The settings of a number that has none. Settings tables are never changed: a change makes a new one, so a number that
-- was only bought shares this one and its JSON.
local defaults = { emergency_address_status = "unregistered" }
for _, row in ipairs(rows) do defaults[row[2]] = row[4] end

local function settle (settings)
  settings.emergency_address_status = settings.emergency_address_sid and "registered" or "unregistered"
  settings.json = inside(settings)
  return settings
end
settle(defaults)

--- Old settings with what a form gives them ("" unsets); or nil and the error to answer.
local function change (old, form, account)
  local new, changed = {}, false
  for _, row in ipairs(rows) do
    local parameter, field, kind, default = row[1], row[2], row[3], row[4]
    local given = form[parameter]
    new[field] = old[field]
    if given == "" then
      new[field], changed = default, true
    elseif given then
      local value, err = check[kind](given, parameter, account)
      if err then return nil, err end
      new[field], changed = value, true
    end
  end
  if not changed then return old end
  -- A trunk and a voice application exclude each other: the one given now stays.
  if form.TrunkSid and new.trunk_sid then new.voice_application_sid = ""
  elseif form.VoiceApplicationSid and new.voice_application_sid ~= "" then new.trunk_sid = nil end
  if new.voice_fallback_url and not new.voice_url then
    return nil, reply.bad(21405, "Cannot set VoiceFallbackUrl without setting VoiceUrl")
  elseif new.sms_fallback_url ~= "" and new.sms_url == "" then
    return nil, reply.bad(21406, "Cannot set SmsFallbackUrl without setting SmsUrl")
  end
  return settle(new)
end

return { defaults = defaults, change = change, check = check, dependent = dependent }
