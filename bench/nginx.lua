-- What a Twilio call costs inside nginx, beside a `proxy_pass` to the same upstream in the same worker, and beside the
-- least that a handler in Lua can do: a request written by hand on a cosocket, its answer decoded by lua-cjson, nothing
-- checked. 100 requests in flight, each waiting 50 ms for an upstream over TLS, in windows that take turns, so that
-- what else the machine does falls on all. Prints medians of the windows: requests a second (2,000 is the ideal), CPU
-- µs a request, and how soon a second location of the worker answers meanwhile. What holds from machine to machine is
-- the ratio.
--
--   eval "$(make env)" && LUA_PATH="./?.lua;$LUA_PATH" lua5.4 bench/nginx.lua [windows [seconds of each]]   (needs wrk)

local nginx = require "spec.support.nginx"

local WINDOWS, SECONDS = tonumber(arg[1]) or 5, tonumber(arg[2]) or 3
local SID = "AC" .. ("0"):rep(32)
local RECORD = [[{"sid":"PN0123456789abcdef0123456789abcdef","account_sid":"]] .. SID .. [[","beta":false,
"friendly_name":"(415) 555-0100","phone_number":"+14155550100","origin":"twilio","status":"in-use","trunk_sid":null,
"capabilities":{"voice":true,"sms":true,"mms":true,"fax":false},"voice_url":"https://example.com/voice",
"voice_method":"POST","sms_url":"https://example.com/sms","sms_method":"POST","status_callback":"","bundle_sid":null,
"date_created":"Tue, 24 Nov 2020 10:00:00 +0000","date_updated":"Tue, 24 Nov 2020 10:00:00 +0000",
"api_version":"2010-04-01","subresource_uris":{"assigned_add_ons":"]] .. ("x"):rep(800) .. [["},"uri":"/x.json"}]]

local function proc (pid, name)
  local file = assert(io.open("/proc/" .. pid .. "/" .. name))
  local text = file:read("*a")
  file:close()
  return text
end

-- CPU seconds that a process has used, by the scheduler's own nanoseconds.
local function cpu (pid)
  return tonumber(proc(pid, "schedstat"):match "%d+") / 1e9
end

local function median (list)
  table.sort(list)
  return list[math.floor(#list / 2) + 1]
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
local HAND = [[
  local decode = require("cjson.safe").decode
  return function ()
    local socket = ngx.socket.tcp()
    socket:settimeout(10000)
    assert(socket:connect("127.0.0.1", %d, { pool = "by hand" }))
    if socket:getreusedtimes() == 0 then assert(socket:sslhandshake(nil, "localhost", true)) end
    assert(socket:send("GET /2010-04-01/Accounts/%s/IncomingPhoneNumbers/PN.json HTTP/1.1\r\nHost: localhost\r\n" ..
      "Authorization: Basic bWU6c2VjcmV0\r\nAccept: application/json\r\n\r\n"))
    local bytes, length, at = "", nil, nil
    repeat
      bytes = bytes .. assert(socket:receiveany(65536))
      length = bytes:match("\r\n[Cc]ontent%%-[Ll]ength: (%%d+)\r\n")
      at = length and select(2, bytes:find("\r\n\r\n", 1, true))
    until at and #bytes == at + length
    socket:setkeepalive(55000)
    return decode(bytes:sub(at + 1))
  end]]

local front = nginx.start{
  http = "keepalive_requests 1000000; lua_socket_pool_size 128; lua_ssl_trusted_certificate " .. upstream.ca .. [[;
    upstream twilio { server 127.0.0.1:]] .. upstream.port .. "; keepalive 128; keepalive_requests 1000000; }",
  files = { ["client.lua"] = ([[
    return assert(require("twilio").new{ account_sid = "%s", auth_token = "secret", api_url = "%s" }).numbers]])
    :format(SID, upstream.url), ["pace.lua"] = "function delay () return 10 end",
            ["hand.lua"] = HAND:format(upstream.port, SID) },
  server = [[
    location = /call { content_by_lua_block {
      local number, err = require("client").get_incoming{ sid = "PN0123456789abcdef0123456789abcdef" }
      if not number then ngx.log(ngx.ERR, tostring(err)) return ngx.exit(500) end
      ngx.say(number.phone_number)
    } }
    location = /hand { content_by_lua_block { ngx.say(require("hand")().phone_number) } }
    location = /proxy {
      proxy_pass https://twilio; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_ssl_verify on; proxy_ssl_server_name on; proxy_ssl_name localhost;
      proxy_ssl_trusted_certificate ]] .. upstream.ca .. [[;
    }
    location = /ping { content_by_lua_block { ngx.say "pong" } }]],
}
assert(front:get "/call" == "+14155550100\n", front:log())
assert(front:get "/hand" == "+14155550100\n", front:log())
assert(front:get "/proxy" == RECORD, front:log())
local worker = front:workers()[1]

local function load (seconds, connections, path, script)
  return assert(io.popen(("wrk -t1 -c%d -d%ds --latency %s %s%s")
    :format(connections, seconds, script or "", front.url, path), "r"))
end

-- wrk's "7.12ms" in milliseconds.
local function milliseconds (text)
  local number, unit = text:match "99%%%s+([%d.]+)(%a+)"
  return tonumber(number) * ({ us = 0.001, ms = 1, s = 1000 })[unit]
end

-- One window of 100 requests in flight: what it showed goes into the lists of `seen`.
local function window (path, seen)
  local pings = load(SECONDS, 1, "/ping", "-s " .. front.directory .. "/pace.lua")
  local before = cpu(worker)
  local pipe = load(SECONDS, 100, path)
  local calls = pipe:read("*a")
  local spent = cpu(worker) - before
  pipe:close()
  assert(not calls:find("Non-2xx", 1, true) and not calls:find("Socket errors", 1, true), calls)
  local now = { rate = tonumber(calls:match "Requests/sec:%s+([%d.]+)"),
                cpu = spent / calls:match "(%d+) requests in" * 1e6,
                p99 = milliseconds(calls), ping = milliseconds(pings:read("*a")) }
  pings:close()
  for name, value in pairs(now) do
    seen[name] = seen[name] or {}
    table.insert(seen[name], value)
  end
  return now.cpu
end

local rows = {
  { name = "proxy_pass", path = "/proxy", seen = {}, ratios = {} },
  { name = "by hand", path = "/hand", seen = {}, ratios = {} },
  { name = "call", path = "/call", seen = {}, ratios = {} },
}
for _, row in ipairs(rows) do window(row.path, {}) end   -- warm: connections, traces
for i = 1, WINDOWS do
  local proxy
  for _, row in ipairs(rows) do
    local spent = window(row.path, row.seen)
    proxy = proxy or spent
    row.ratios[i] = spent / proxy
  end
end

local line = "%-12s %10s %10s %10s %18s %22s"
print(line:format("", "requests/s", "CPU µs ", "p99 ms", "p99 ms of a ping", "CPU to proxy_pass's"))
for _, row in ipairs(rows) do
  local seen = row.seen
  print(line:format(row.name, ("%.0f"):format(median(seen.rate)), ("%.1f"):format(median(seen.cpu)),
    ("%.1f"):format(median(seen.p99)), ("%.1f"):format(median(seen.ping)),
    ("%.2f (%.2f to %.2f)"):format(median(row.ratios), row.ratios[1], row.ratios[WINDOWS])))
end
print(("%.1f MB resident"):format(proc(worker, "status"):match "VmRSS:%s+(%d+)" / 1024))
front:stop()
upstream:stop()
