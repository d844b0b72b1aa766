-- What became of one attempt, in the policy's terms: a fate (its fields stand at the head of call.lua).

local core = require "twilio.core"
local retry = require "twilio.retry"

local of_failure

-- The kinds of a transport's failures. What another calls it is no kind that a caller could know.
local kinds = {}
for kind in ("config closed forked dns connect proxy tls certificate timeout network protocol limit"):gmatch("%a+") do
  kinds[kind] = true
end

-- How often a request went out. A transport that does not say is taken to have sent it.
local function count (sent)
  return type(sent) == "number" and sent or 1
end

-- What no transport should answer, and what memory is too short for, is in doubt: it must not raise out of a purchase.
local function of_response (request, response)
  local judged, value, told = false, "the transport's answer is not a response", nil
  if type(response) == "table" then judged, value, told = pcall(core.result, request, response) end
  if not judged then
    return of_failure(request, { kind = "protocol", message = value,
                                 sent = type(response) == "table" and response.sent })
  end
  local fate = { outcome = "ok", value = value, sent = count(response.sent), status = told.status, date = told.date }
  told.date = nil
  if value ~= nil then
    fate.info = told
  else
    fate.err, fate.outcome, fate.transient, fate.retry_after = told, told.outcome, told.transient, told.retry_after
    told.outcome, told.transient = nil, nil
  end
  return fate
end

-- An answer that was not HTTP is worth another try to a read alone.
function of_failure (request, failure)
  if type(failure) ~= "table" then failure = {} end
  local sent = count(failure.sent)
  local transient = failure.transient and
                    (sent == 0 or retry.classes[request.class].reads or failure.kind ~= "protocol")
  return { outcome = sent == 0 and "not_sent" or "ambiguous", sent = sent, transient = transient or false,
           err = { kind = kinds[failure.kind] and failure.kind or "network",
                   message = failure.message or "the transport gave no reason" } }
end

local function closed ()
  return { outcome = "not_sent", sent = 0, transient = false,
           err = { kind = "closed", message = "the client is closed" } }
end

return { of_response = of_response, of_failure = of_failure, closed = closed }
