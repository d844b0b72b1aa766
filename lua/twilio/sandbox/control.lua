-- The control calls as HTTP carries them: GET /_sandbox/state, POST /_sandbox/reset, POST /_sandbox/faults.

local cjson = require "cjson"
local json = require "twilio.sandbox.json"

local entry = json.record{ "phone_number", "sid", "account_sid", "at" }
local ring = json.record{ "phone_number", "call_sid", "account_sid", "at", "status" }
local callback = json.record{ "url", "method", "account_sid", "at", "sent", "fields" }
local state = json.record{ "requests", "charges", "releases", "verification_calls", "callbacks", "owned", "faults" }

-- A table of names as a JSON object, in the order of its names.
local function object (t)
  local names, parts = {}, {}
  for name in pairs(t) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do parts[i] = json.value(name) .. ":" .. json.value(t[name]) end
  return json.raw("{" .. table.concat(parts, ",") .. "}")
end

local function encode_callback (c)
  return callback{ url = c.url, method = c.method, account_sid = c.account_sid, at = c.at, sent = c.sent or false,
    fields = object(c.fields) }
end

local function array (items, encode) return json.raw(json.list(items, encode)) end

local calls = {}

calls["GET state"] = function (sandbox)
  local s = sandbox:state()
  return { status = 200, body = state{
    requests = s.requests, charges = array(s.charges, entry), releases = array(s.releases, entry),
    verification_calls = array(s.verification_calls, ring), callbacks = array(s.callbacks, encode_callback),
    owned = array(s.owned, json.value), faults = object(s.faults),
  } }
end

calls["POST reset"] = function (sandbox, given)
  sandbox:reset(given)
  return { status = 200, body = "{}" }
end

calls["POST faults"] = function (sandbox, given)
  sandbox:faults(given)
  return { status = 200, body = "{}" }
end

local function refuse (status, message)
  return { status = status, body = json.record{ "message" }{ message = message } }
end

--- The response to a control call. An unknown one gets 404, a body that makes no sense 400 with a message.
local function handle (sandbox, method, path, body)
  local call = calls[method .. " " .. path:gsub("^/_sandbox/", "")]
  if not call then return refuse(404, "no such control call: " .. method .. " " .. path) end
  local decoded, given = pcall(cjson.decode, (body or "") ~= "" and body or "{}")
  if not decoded or type(given) ~= "table" then return refuse(400, "the body is not a JSON object") end
  local done, result = pcall(call, sandbox, given)
  if not done then return refuse(400, (tostring(result):gsub("^.-:%d+: ", ""))) end
  return result
end

return { handle = handle }
