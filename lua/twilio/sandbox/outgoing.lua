-- OutgoingCallerIds: verifying a caller ID by a call that "rings", and what was verified.

local available = require "twilio.sandbox.available"
local json = require "twilio.sandbox.json"
local pages = require "twilio.sandbox.pages"
local reply = require "twilio.sandbox.reply"
local settings = require "twilio.sandbox.settings"

local row = json.record{ "sid", "account_sid", "phone_number", "friendly_name", "date_created", "date_updated", "uri" }
local request_row = json.record{ "account_sid", "call_sid", "friendly_name", "phone_number", "validation_code" }

local CALLER = "+14157234000" -- who Twilio calls as

local function encode (record)
  local account = record.account.sid
  return row{ sid = record.sid, account_sid = account, phone_number = record.phone_number,
    friendly_name = record.friendly_name, date_created = record.created, date_updated = record.updated,
    uri = "/2010-04-01/Accounts/" .. account .. "/OutgoingCallerIds/" .. record.sid .. ".json" }
end

-- A number in E.164, from that or from North America's national format; or nil.
local function e164 (text)
  local digits = text:gsub("[%s%-().]", "")
  if digits:find("^%+[1-9]%d%d%d%d%d%d%d+$") and #digits <= 16 then return digits end
  if digits:find("^1?[2-9]%d%d[2-9]%d%d%d%d%d%d$") then return "+1" .. digits:match("%d%d%d%d%d%d%d%d%d%d$") end
end

-- Whether the account has verified that number already. A listing may lag; this does not.
local function verified (account, phone_number)
  for record in account.outgoing:each() do
    if record.phone_number == phone_number then return true end
  end
end

-- What the form of a verification asks for, checked; or nil and the error to answer.
local function read (call)
  local form = call.form
  local phone_number = e164(form.PhoneNumber or "")
  if not phone_number then return nil, reply.bad(21401, (form.PhoneNumber or "") .. " is not a valid phone number") end
  local delay = form.CallDelay or ""
  delay = delay == "" and 0 or delay:find("^%d+$") and tonumber(delay)
  if not delay or delay > 60 then return nil, reply.bad(21454, "CallDelay must be an integer between 0 and 60") end
  local name, err = settings.check.friendly_name(form.FriendlyName or "")
  if not name then return nil, err end
  local url, method = form.StatusCallback or "", form.StatusCallbackMethod or ""
  if url ~= "" then
    url, err = settings.check.url(url, "StatusCallback")
    if not url then return nil, err end
  end
  method, err = settings.check.method(method ~= "" and method or "POST", "StatusCallbackMethod")
  if not method then return nil, err end
  if verified(call.account, phone_number) then
    return nil, reply.bad(21450, "Phone number already validated on your account")
  elseif call.world.owner[phone_number] and call.world.owner[phone_number].account == call.account then
    return nil, reply.bad(21449, "Number already can be used for outgoing calls and messages")
  end
  return { phone_number = phone_number, delay = delay, url = url, method = method,
    friendly_name = name ~= "" and name or available.friendly(phone_number) }
end

-- The end of the call: the caller ID appears, or does not, and the StatusCallback is told.
local function hang_up (world, account, wanted, ring)
  local success = world.settings.verification == "success" and not verified(account, wanted.phone_number)
  local record
  if success then
    local date = world:date()
    record = { sid = world:sid("PN"), account = account, phone_number = wanted.phone_number,
      friendly_name = wanted.friendly_name, created = date, updated = date }
    account.outgoing:add(record)
  end
  ring.status = success and "success" or "failed"
  if wanted.url == "" then return end
  local to = wanted.phone_number
  world:callback{
    url = wanted.url, method = wanted.method, account_sid = account.sid,
    fields = {
      AccountSid = account.sid, ApiVersion = "2010-04-01", CallSid = ring.call_sid, Direction = "outbound-api",
      From = CALLER, Caller = CALLER, To = to, Called = to, CallStatus = success and "completed" or "no-answer",
      CallDuration = success and "12" or "0", VerificationStatus = ring.status,
      OutgoingCallerIdSid = record and record.sid,
    },
  }
end

--- POST OutgoingCallerIds
local function verify (call)
  local world, account = call.world, call.account
  local wanted, err = read(call)
  if not wanted then return err end
  local ring = { phone_number = wanted.phone_number, account_sid = account.sid, call_sid = world:sid("CA"),
    at = world.clock(), status = "ringing" }
  table.insert(world.verification_calls, ring)
  world:after(wanted.delay + world.settings.verification_delay, function () hang_up(world, account, wanted, ring) end)
  return reply.ok(request_row{ account_sid = account.sid, call_sid = ring.call_sid,
    friendly_name = wanted.friendly_name, phone_number = wanted.phone_number,
    validation_code = string.format("%06d", world.draw(1000000)) })
end

--- GET OutgoingCallerIds. Its filters are exact.
local function list (call)
  local number, name = call.query.PhoneNumber or "", call.query.FriendlyName or ""
  local function passes (record)
    return (number == "" or record.phone_number == number) and (name == "" or record.friendly_name == name)
  end
  return pages.list(call, call.account.outgoing, { key = "outgoing_caller_ids", encode = encode,
    passes = passes, filters = { "PhoneNumber", "FriendlyName" } })
end

local function find (call) return call.account.outgoing:get(call.captures[1]) end

--- GET OutgoingCallerIds/{Sid}
local function get (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  return reply.ok(encode(record))
end

--- POST OutgoingCallerIds/{Sid}
local function update (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  if call.form.FriendlyName then
    local name, err = settings.check.friendly_name(call.form.FriendlyName)
    if not name then return err end
    call.account.outgoing:changing(record)
    record.friendly_name = name ~= "" and name or available.friendly(record.phone_number)
    record.updated = call.world:date()
  end
  return reply.ok(encode(record))
end

--- DELETE OutgoingCallerIds/{Sid}
local function remove (call)
  local record = find(call)
  if not record then return reply.not_found(call.path) end
  call.account.outgoing:remove(record)
  return reply.removed()
end

return { verify = verify, list = list, get = get, update = update, remove = remove }
