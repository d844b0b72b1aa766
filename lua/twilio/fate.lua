-- What became of one attempt, in the policy's terms: a fate (its fields stand at the head of call.lua).

local core = require "twilio.core"

local function of_response (request, response)
  local value, told = core.result(request, response)
  local fate = { outcome = told.outcome or "ok", value = value, sent = response.sent or 1, status = told.status,
                 date = told.date, transient = told.transient, retry_after = told.retry_after }
  if value == nil then fate.err = told else fate.info = told end
  told.outcome, told.transient, told.date = nil, nil, nil
  return fate
end

-- A transport that does not say whether the request went out is taken to have sent it. An answer that was not HTTP is
-- worth another try to a read alone.
local function of_failure (request, failure)
  failure = failure or {}
  local sent = failure.sent or 1
  local transient = failure.transient and (sent == 0 or request.class == "read" or failure.kind ~= "protocol")
  return { outcome = sent == 0 and "not_sent" or "ambiguous", sent = sent, transient = transient or false,
           err = { kind = failure.kind or "network", message = failure.message or "the transport gave no reason" } }
end

local function closed ()
  return { outcome = "not_sent", sent = 0, transient = false,
           err = { kind = "closed", message = "the client is closed" } }
end

return { of_response = of_response, of_failure = of_failure, closed = closed }
