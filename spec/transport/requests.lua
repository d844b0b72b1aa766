-- What the specs of twilio.curl send: requests as core makes them, to a server that fails on request.

local core = require "twilio.core"

local SID = "AC" .. ("1"):rep(32)
local SECRET = "correct-horse+battery/staple"

local function account (url, secret)
  return assert(core.account{ account_sid = SID, user = SID, secret = secret or SECRET, api_url = url })
end

-- What core would make for this server.
local function request_to (url, own)
  local function request (changes)
    local made = { method = "GET", url = url .. "/2010-04-01/x.json", account = own, timeout = 5,
                   headers = { ["User-Agent"] = "spec", Accept = "application/json" } }
    for name, value in pairs(changes or {}) do made[name] = value end
    return made
  end
  return request
end

local function post (request, changes)
  local made = request{ method = "POST", body = "PhoneNumber=%2B14155550100",
                        url = (request().url:gsub("x%.json", "Accounts/" .. SID .. "/IncomingPhoneNumbers.json")) }
  made.headers["Content-Type"] = "application/x-www-form-urlencoded"
  for name, value in pairs(changes or {}) do made[name] = value end
  return made
end

return { SID = SID, SECRET = SECRET, account = account, to = request_to, post = post }
