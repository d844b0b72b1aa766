-- The add-ons that are assigned to a number, and their extensions.

local json = require "twilio.sandbox.json"
local pages = require "twilio.sandbox.pages"
local reply = require "twilio.sandbox.reply"

local row = json.record{ "sid", "account_sid", "resource_sid", "friendly_name", "description", "configuration",
  "unique_name", "date_created", "date_updated", "uri", "subresource_uris" }
local extension_row = json.record{ "sid", "assigned_add_on_sid", "resource_sid", "account_sid", "friendly_name",
  "product_name", "unique_name", "enabled", "uri" }

-- What a marketplace might have; which of them an installation is follows from its SID.
local catalogue = {
  { friendly_name = "Call Transcription", unique_name = "call_transcription", configuration = '{"language":"en"}',
    description = "Turns recorded calls into text." },
  { friendly_name = "Caller Reputation", unique_name = "caller_reputation", configuration = "{}",
    description = "Tells how likely a caller is a nuisance." },
  { friendly_name = "Message Sentiment", unique_name = "message_sentiment", configuration = '{"threshold":0.5}',
    description = "Judges the mood of incoming messages." },
}
local extensions = {
  { friendly_name = "Incoming Voice Call", product_name = "Programmable Voice", unique_name = "voice-incoming" },
  { friendly_name = "Incoming SMS", product_name = "Programmable Messaging", unique_name = "sms-incoming" },
}

-- The number of a call; or nil and the error to answer.
local function number_of (call)
  local number = call.account.incoming:get(call.captures[1])
  if not number then return nil, reply.not_found(call.path) end
  number.add_ons = number.add_ons or call.world:book()
  return number
end

-- The number and the add-on of a call; or nil and the error to answer.
local function add_on_of (call)
  local number, err = number_of(call)
  if not number then return nil, err end
  local add_on = number.add_ons:get(call.captures[2])
  if not add_on then return nil, reply.not_found(call.path) end
  return number, add_on
end

local function base_of (number, add_on)
  return "/2010-04-01/Accounts/" .. number.account.sid .. "/IncomingPhoneNumbers/" .. number.sid .. "/AssignedAddOns/"
    .. add_on.sid
end

-- SIDs and URIs are those of the number's present account: it may have moved.
local function encoder (number)
  return function (add_on)
    local base, kind = base_of(number, add_on), add_on.kind
    return row{ sid = add_on.sid, account_sid = number.account.sid, resource_sid = number.sid,
      friendly_name = kind.friendly_name, description = kind.description, configuration = json.raw(kind.configuration),
      unique_name = kind.unique_name, date_created = add_on.date, date_updated = add_on.date, uri = base .. ".json",
      subresource_uris = json.raw('{"extensions":"' .. base .. '/Extensions.json"}') }
  end
end

local function extension_encoder (number, add_on)
  return function (extension)
    local kind = extension.kind
    return extension_row{ sid = extension.sid, assigned_add_on_sid = add_on.sid, resource_sid = number.sid,
      account_sid = number.account.sid, friendly_name = kind.friendly_name, product_name = kind.product_name,
      unique_name = kind.unique_name, enabled = true,
      uri = base_of(number, add_on) .. "/Extensions/" .. extension.sid .. ".json" }
  end
end

--- POST …/AssignedAddOns
local function assign (call)
  local number, err = number_of(call)
  if not number then return err end
  local world, sid = call.world, call.form.InstalledAddOnSid or ""
  if not sid:find("^XE%x+$") or #sid ~= 34 then
    return reply.bad(20423, "InstalledAddOnSid is not valid: " .. sid)
  elseif number.add_ons:get(sid) then
    return reply.failure(409, 20409, "The add-on " .. sid .. " is assigned already")
  end
  local add_on = { sid = sid, date = world:date(), kind = catalogue[tonumber(sid:sub(-4), 16) % #catalogue + 1],
    extensions = world:book() }
  for _, kind in ipairs(extensions) do add_on.extensions:add{ sid = world:sid("XF"), kind = kind } end
  number.add_ons:add(add_on)
  return reply.ok(encoder(number)(add_on), 201)
end

--- GET …/AssignedAddOns
local function list (call)
  local number, err = number_of(call)
  if not number then return err end
  return pages.list(call, number.add_ons, { key = "assigned_add_ons", encode = encoder(number) })
end

--- GET …/AssignedAddOns/{Sid}
local function get (call)
  local number, add_on = add_on_of(call)
  if not number then return add_on end
  return reply.ok(encoder(number)(add_on))
end

--- DELETE …/AssignedAddOns/{Sid}
local function remove (call)
  local number, add_on = add_on_of(call)
  if not number then return add_on end
  number.add_ons:remove(add_on)
  return reply.removed()
end

--- GET …/AssignedAddOns/{AssignedAddOnSid}/Extensions
local function list_extensions (call)
  local number, add_on = add_on_of(call)
  if not number then return add_on end
  return pages.list(call, add_on.extensions, { key = "extensions", encode = extension_encoder(number, add_on) })
end

--- GET …/AssignedAddOns/{AssignedAddOnSid}/Extensions/{Sid}
local function get_extension (call)
  local number, add_on = add_on_of(call)
  if not number then return add_on end
  local extension = add_on.extensions:get(call.captures[3])
  if not extension then return reply.not_found(call.path) end
  return reply.ok(extension_encoder(number, add_on)(extension))
end

return { assign = assign, list = list, get = get, remove = remove, list_extensions = list_extensions,
  get_extension = get_extension }
