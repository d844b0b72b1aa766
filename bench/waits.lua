-- How well waiting is put to use, by the clock on the wall: tasks against a server that takes 50 ms, a listing whose
-- next page is on its way while this one is worked on, and what a new connection costs.
--
--   eval "$(make env)" && LUA_PATH="./?.lua;$LUA_PATH" lua5.4 bench/waits.lua      (or luajit)

local core = require "twilio.core"
local curl = require "twilio.curl"
local nginx = require "spec.support.nginx"
local twilio = require "twilio"

local CALLS, FLIGHT, PAGES = 1000, 100, 10
local SID = "AC" .. ("0"):rep(32)
local sid = "PN" .. ("0"):rep(32)
local path = "/2010-04-01/Accounts/" .. SID .. "/IncomingPhoneNumbers.json"

local function page (number)
  local records = {}
  for i = 1, 1000 do
    records[i] = ('{"sid":"PN%032d","account_sid":"%s","phone_number":"+1415%07d","padding":"%s"}'):format(
      number * 1000 + i, SID, number * 1000 + i, ("x"):rep(1400))
  end
  local following = number + 1 < PAGES and ('"%s?PageSize=1000&Page=%d"'):format(path, number + 1) or "null"
  return ('{"incoming_phone_numbers":[%s],"next_page_uri":%s}'):format(table.concat(records, ","), following)
end

local files = { ["record.json"] = ('{"sid":"%s","phone_number":"+14155550100"}'):format(sid) }
for number = 0, PAGES - 1 do files[number .. ".json"] = page(number) end
local server = nginx.start{
  tls = true, http = "keepalive_requests 10000000;", files = files,
  server = [[default_type application/json; root $directory;
    location ~ /IncomingPhoneNumbers\.json$ {
      access_by_lua_block { ngx.sleep(0.1) } try_files /$arg_Page.json /0.json =404;
    }
    location = /quick { try_files /record.json =404; }
    location / { access_by_lua_block { ngx.sleep(0.05) } try_files /record.json =404; }]],
}

local client = assert(twilio.new{ account_sid = SID, auth_token = ("0"):rep(32), api_url = server.url,
                                  ca_file = server.ca, proxy = "" })

local function timed (f)
  local began = core.now()
  f()
  return core.now() - began
end

local function calls ()
  local group = client:tasks{ concurrency = FLIGHT }
  for _ = 1, CALLS do group:add(client.numbers.get_incoming, { sid = sid }) end
  for _, result in ipairs(group:wait()) do assert(result[1], result[2]) end
end

-- Walks the listing with 0.1 ms of work for a record, inside a task, where every Lua can ask ahead.
local function walk (prefetch)
  local group = client:tasks()
  group:add(function ()
    local count = 0
    for _ in client.numbers.each_incoming{ page_size = 1000, prefetch = prefetch } do
      local ends = core.now() + 0.0001
      while core.now() < ends do end
      count = count + 1
    end
    assert(count == 1000 * PAGES)
  end)
  local result = group:wait()[1]
  assert(not result[2], result[2])
end

-- CPU seconds of a request on a connection of its own.
local function connecting ()
  local pool = assert(curl.pool{ ca_file = server.ca, proxy = "" })
  local account = assert(core.account{ account_sid = SID, user = SID, secret = "none", api_url = server.url })
  local request = { method = "GET", url = server.url .. "/quick", headers = {}, account = account, timeout = 5,
                    fresh = true }
  assert(pool:perform(request))
  local began = os.clock()
  for _ = 1, 200 do assert(pool:perform(request)) end
  local cost = (os.clock() - began) / 200
  pool:close()
  return cost
end

print(("%d calls at 50 ms, %d in flight: %.2f s, from a cold client (target 0.75, ideal %.2f)"):format(CALLS, FLIGHT,
  timed(calls), CALLS / FLIGHT * 0.05))
print(("the same again: %.2f s"):format(timed(calls)))
local without, with = timed(function () walk(false) end), timed(function () walk(true) end)
print(("%d pages at 100 ms, 1000 records at 0.1 ms: %.2f s, asking ahead %.2f s, gain %.2f (target 1.4)"):format(PAGES,
  without, with, without / with))
print(("a new connection: %.2f ms of CPU (target 1.2)"):format(connecting() * 1000))

client:close()
server:stop()
