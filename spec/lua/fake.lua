-- A transport whose answers are written down beforehand, with a clock that only its sleeps and its answers move.

local account = { sid = "AC" .. ("a"):rep(32), token = "needle-in-a-haystack" }

local number = "+14155550123"
local sid = "PN" .. ("1"):rep(32)

-- A response, or a failure that the transport reports.
local function response (status, body, headers)
  return { status = status, body = body or "", headers = headers or {}, sent = 1 }
end

local function record (changes)
  local fields = { sid = sid, phone_number = number, date_created = "Thu, 30 Jul 2015 23:19:04 +0000" }
  for name, value in pairs(changes or {}) do fields[name] = value end
  local pairs_of = {}
  for name, value in pairs(fields) do pairs_of[#pairs_of + 1] = ('"%s":"%s"'):format(name, value) end
  return "{" .. table.concat(pairs_of, ",") .. "}"
end

-- A page of IncomingPhoneNumbers with these records.
local function page (records, next_uri)
  return ('{"incoming_phone_numbers":[%s],"next_page_uri":%s}'):format(table.concat(records or {}, ","),
                                                                      next_uri and '"' .. next_uri .. '"' or "null")
end

local function available (numbers)
  local rows = {}
  for i, phone_number in ipairs(numbers) do rows[i] = ('{"phone_number":"%s"}'):format(phone_number) end
  return ('{"available_phone_numbers":[%s],"uri":"/"}'):format(table.concat(rows, ","))
end

local function problem (status, code, message)
  return response(status, ('{"code":%d,"message":"%s","status":%d}'):format(code, message or "refused", status))
end

local lost = { kind = "network", message = "the connection broke", sent = 1, transient = true }
local unsent = { kind = "connect", message = "refused", sent = 0, transient = true }

-- The answers in turn, the last one for ever. An answer is a response, a failure (with `kind`), or a function of the
-- request that answers one. transport.requests and .slept keep what was asked of it.
local function play (answers)
  local self = { requests = {}, slept = {}, clock = 100, closed = 0 }
  function self.now () return self.clock end
  function self.close () self.closed = self.closed + 1 end
  function self.sleep (_, seconds)
    self.slept[#self.slept + 1] = seconds
    self.clock = self.clock + seconds
  end
  function self.send (_, request)
    local copy = {}
    for name, value in pairs(request) do copy[name] = value end
    self.requests[#self.requests + 1] = copy
    local answer = answers[math.min(#self.requests, #answers)]
    if type(answer) == "function" then answer = answer(request, self) end
    if answer and answer.kind then return nil, answer end
    return answer
  end
  return self
end

local function transport (...)
  return play{ ... }
end

-- A client on this transport.
local function client (carrier, more)
  local config = { account_sid = account.sid, auth_token = account.token, api_url = "https://api.twilio.com",
                   transport = carrier }
  for name, value in pairs(more or {}) do config[name] = value end
  return assert(require "twilio".new(config))
end

-- What buy answers when the transport answers so; then the transport.
local function buy (answers, given, more)
  local carrier = play(answers)
  local value, info = client(carrier, more).numbers.buy(given or { phone_number = number })
  return value, info, carrier
end

-- The methods of what was sent.
local function methods (carrier)
  local list = {}
  for i, request in ipairs(carrier.requests) do list[i] = request.method end
  return table.concat(list, " ")
end

return { account = account, number = number, sid = sid, response = response, record = record, page = page,
         available = available, problem = problem, lost = lost, unsent = unsent, play = play, transport = transport,
         client = client, buy = buy, methods = methods }
