-- One client among several, in a process of its own: buys numbers from a sandbox that fails on purpose, and releases
-- some of them again. Prints one line for each call: what was done, how it ended, the number or SID, what stood behind.
--   lua spec/chaos/worker.lua URL ACCOUNT TOKEN INDEX COUNT FACTOR KIND
-- KIND is client, or naive: libcurl with nothing around it, which tries again after whatever went wrong.

local cjson = require "cjson"
local core = require "twilio.core"
local curl = require "twilio.curl"
local retry = require "twilio.retry"
local twilio = require "twilio"

local url, sid, token, index, count, factor, kind = (table.unpack or unpack)(arg) -- luacheck: ignore
index, count, factor = tonumber(index), tonumber(count), tonumber(factor)

-- Each worker has area codes of its own: one to buy given numbers in, one to buy any number of.
local codes = { 415, 212, 303, 312, 404, 206, 512, 617, 305, 213, 214, 602, 702, 503, 713, 202 }
local given_code, any_code = codes[2 * index - 1], codes[2 * index]

-- Written out at the end: whoever reads may be reading another worker now, and a full pipe would stop this one.
local lines = {}
local function report (...) lines[#lines + 1] = table.concat({ ... }, "\t") end

local function ended (what, subject, value, info)
  if value then
    report(what, info.already_owned and "owned" or "done", subject or value.phone_number, value.sid,
           info.reconciled and "reconciled" or info.already_gone and "already_gone" or "-", info.attempts)
  else
    local doubt = info.kind == "ambiguous"
    report(what, doubt and "ambiguous" or "failed", subject or info.phone_number or "-", "-",
           doubt and info.cause.kind or info.kind, info.attempts or 0)
  end
end

local function scaled ()
  local times = {}
  for name, seconds in pairs(retry.times) do times[name] = seconds / factor end
  times.attempts, times.skew = nil, nil
  return times
end

local settings = { api_url = url, account_sid = sid, auth_token = token, proxy = "" }

-- Enough numbers to buy by number, asked for with all the patience of a client whose times are not scaled.
local function stock ()
  local tw, list = twilio.new(settings), {}
  for row in tw.numbers.each_local{ country_code = "US", area_code = given_code, page_size = 1000,
                                    limit = math.ceil(count / 2) } do
    list[#list + 1] = row.phone_number
  end
  tw:close()
  return list
end

local function client ()
  local given = stock()
  settings.times = scaled()
  local tw = twilio.new(settings)
  local numbers = tw.numbers
  local function buy (i)
    local number = i % 2 == 0 and table.remove(given) or nil
    local record, info = numbers.buy{ phone_number = number, area_code = not number and any_code or nil }
    ended("buy", number, record, info)
    if record and i % 5 == 0 then ended("release", record.sid, numbers.release{ sid = record.sid }) end
  end
  local group = tw:tasks{ concurrency = 16 }
  for i = 1, count do group:add(buy, i) end
  for _, result in ipairs(group:wait()) do
    if result.n == 2 then error(result[2]) end
  end
  tw:close()
end

local function naive ()
  local pool = curl.pool{ proxy = "" }
  local account = core.account{ account_sid = sid, user = sid, secret = token, api_url = url }
  local request = { method = "POST", url = url .. "/2010-04-01/Accounts/" .. sid .. "/IncomingPhoneNumbers.json",
                    headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }, account = account,
                    body = "AreaCode=" .. any_code, timeout = retry.times.money_timeout / factor }
  for _ = 1, count do
    local record, status
    for _ = 1, 4 do
      local response = pool:perform(request)
      status = response and response.status or 0
      record = status < 300 and status > 0 and select(2, pcall(cjson.decode, response.body)) or nil
      if type(record) == "table" and record.sid then break end
      record = nil
      core.sleep(retry.times.backoff / factor)
    end
    ended("buy", nil, record, record and { attempts = 0 } or { kind = "failed with " .. status })
  end
  pool:close()
end

if kind == "naive" then naive() else client() end
print(table.concat(lines, "\n"))
