-- What a Twilio call costs inside nginx: one worker, 100 requests in flight, each waiting 50 ms for an upstream over
-- TLS. Prints requests a second (2,000 is the ideal), the worker's CPU a request, and how soon a second location of
-- the same worker answers meanwhile.
--
--   eval "$(make env)" && LUA_PATH="./?.lua;$LUA_PATH" lua5.4 bench/nginx.lua [seconds]      (needs wrk)

local nginx = require "spec.support.nginx"

local SECONDS = tonumber(arg[1]) or 8
local SID = "AC" .. ("0"):rep(32)
local RECORD = [[{"sid":"PN0123456789abcdef0123456789abcdef","account_sid":"]] .. SID .. [[","beta":false,
"friendly_name":"(415) 555-0100","phone_number":"+14155550100","origin":"twilio","status":"in-use","trunk_sid":null,
"capabilities":{"voice":true,"sms":true,"mms":true,"fax":false},"voice_url":"https://example.com/voice",
"voice_method":"POST","sms_url":"https://example.com/sms","sms_method":"POST","status_callback":"","bundle_sid":null,
"date_created":"Tue, 24 Nov 2020 10:00:00 +0000","date_updated":"Tue, 24 Nov 2020 10:00:00 +0000",
"api_version":"2010-04-01","subresource_uris":{"assigned_add_ons":"]] .. ("x"):rep(800) .. [["},"uri":"/x.json"}]]

local function shell (command)
  local pipe = assert(io.popen(command, "r"))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local function proc (pid, name)
  local file = assert(io.open("/proc/" .. pid .. "/" .. name))
  local text = file:read("*a")
  file:close()
  return text
end

-- CPU seconds that a process has used.
local function cpu (pid)
  local user, system = proc(pid, "stat"):match "^.*%) %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ (%d+) (%d+)"
  return (user + system) / 100
end

local upstream = nginx.start{
  tls = true, http = "keepalive_requests 1000000;",
  files = { ["record.lua"] = "return [==[" .. RECORD .. "]==]" },
  server = [[location / { default_type application/json; content_by_lua_block {
    local record = require "record"
    ngx.sleep(0.05)
    ngx.header.content_length = #record
    ngx.print(record)
  } }]],
}
local front = nginx.start{
  http = "keepalive_requests 1000000; lua_socket_pool_size 128; lua_ssl_trusted_certificate " .. upstream.ca .. ";",
  files = { ["client.lua"] = ([[
    return assert(require("twilio").new{ account_sid = "%s", auth_token = "secret", api_url = "%s" }).numbers]])
    :format(SID, upstream.url), ["pace.lua"] = "function delay () return 10 end" },
  server = [[
    location = /call { content_by_lua_block {
      local number, err = require("client").get_incoming{ sid = "PN0123456789abcdef0123456789abcdef" }
      if not number then ngx.log(ngx.ERR, tostring(err)) return ngx.exit(500) end
      ngx.say(number.phone_number)
    } }
    location = /ping { content_by_lua_block { ngx.say "pong" } }]],
}
assert(front:get "/call" == "+14155550100\n", front:log())

local function load (seconds, connections, path, script)
  return ("wrk -t1 -c%d -d%ds --latency %s %s%s"):format(connections, seconds, script or "", front.url, path)
end

shell(load(2, 100, "/call"))   -- warm: connections, traces
local pings = assert(io.popen(load(SECONDS - 1, 1, "/ping", "-s " .. front.directory .. "/pace.lua"), "r"))
local worker = front:workers()[1]
local before = cpu(worker)
local calls = shell(load(SECONDS, 100, "/call"))
local spent = cpu(worker) - before
local ping = pings:read("*a")
pings:close()

local count = tonumber(calls:match "(%d+) requests in")
print(("%.0f requests a second, %d wrong"):format(tonumber(calls:match "Requests/sec:%s+([%d.]+)"),
  calls:match "Non%-2xx[^:]*: (%d+)" or 0))
print(("%s p99 of a call"):format(calls:match "99%%%s+(%S+)"))
print(("%s p99 of the second location, which answered %s times"):format(ping:match "99%%%s+(%S+)",
  ping:match "(%d+) requests in"))
print(("%.1f CPU µs a call (%d calls, the pings on their bill)"):format(spent / count * 1e6, count))
print(("%.1f MB resident"):format(proc(worker, "status"):match "VmRSS:%s+(%d+)" / 1024))
front:stop()
upstream:stop()
