-- What a call costs over libcurl, as a ratio to plain libcurl in C without JSON (peer.c): whole processes' CPU as the
-- kernel accounts it, over loopback TLS to an nginx that serves static answers, the two interleaved, medians.
--
--   eval "$(make env)" && LUA_PATH="./?.lua;$LUA_PATH" lua5.4 bench/curl.lua [rounds [lua]]

local nginx = require "spec.support.nginx"

local ROUNDS = tonumber(arg[1]) or 5
local LUA = arg[2] or "lua5.4"
local SID = "AC" .. ("0"):rep(32)
local PAGES = 20

-- What is measured: the mode, how often, the target, and what is cold about it.
local rows = {
  { "get", 3000, 1.10 }, { "post", 3000, 1.15 }, { "flight", 6000, 1.10 }, { "list", PAGES, 9.2 },
  { "cold", 1, 0.40, cold = true }, { "burst", 32, 0.08, cold = true },
}

local function record (i)
  return ([[{"sid":"PN%s","account_sid":"%s","friendly_name":"(415) 555-0100","phone_number":"+1415%07d",
"origin":"twilio","capabilities":{"voice":true,"sms":true,"mms":true,"fax":false},
"voice_url":"https://example.com/voice","voice_method":"POST","voice_fallback_url":null,
"voice_caller_id_lookup":false,"voice_application_sid":null,
"sms_url":"https://example.com/sms","sms_method":"POST","sms_fallback_url":null,"sms_application_sid":null,
"status_callback":"","status_callback_method":"POST","beta":false,"trunk_sid":null,"bundle_sid":null,
"address_requirements":"none","address_sid":null,"identity_sid":null,"emergency_status":"Active","status":"in-use",
"date_created":"Tue, 24 Nov 2020 10:00:00 +0000","date_updated":"Tue, 24 Nov 2020 10:00:00 +0000",
"api_version":"2010-04-01",
"subresource_uris":{"assigned_add_ons":"/2010-04-01/Accounts/%s/IncomingPhoneNumbers/x.json"},
"uri":"/2010-04-01/Accounts/%s/IncomingPhoneNumbers/x.json","padding":"%s"}]]):format(i and ("%032d"):format(i)
    or ("0"):rep(32), SID, i or 0, SID, SID, ("x"):rep(360))
end

local path = "/2010-04-01/Accounts/" .. SID .. "/IncomingPhoneNumbers"

local function page (number)
  local records = {}
  for i = 1, 1000 do records[i] = record(number * 1000 + i) end
  local following = number + 1 < PAGES and ('"%s.json?PageSize=1000&Page=%d"'):format(path, number + 1) or "null"
  return ('{"incoming_phone_numbers":[%s],"page":%d,"page_size":1000,"next_page_uri":%s}'):format(
    table.concat(records, ","), number, following)
end

local function shell (command)
  local pipe = assert(io.popen(command, "r"))
  local text = pipe:read("*a")
  pipe:close()
  return text
end

local files = {}
for number = 0, PAGES - 1 do files[number .. ".json"] = page(number) end
local server = nginx.start{
  tls = true, http = "keepalive_requests 10000000;", files = files,
  server = "default_type application/json; location ~ /IncomingPhoneNumbers\\.json$ { root $directory;"
    .. "try_files /$arg_Page.json /0.json =404; } location / { return 200 '" .. record() .. "'; }",
}

-- The system's CAs, and the server's among them.
local bundle, hashed = server.directory .. "/bundle.pem", server.directory .. "/hashed"
shell(("cat /etc/ssl/certs/ca-certificates.crt %s >%s"):format(server.ca, bundle))
shell(("cp -RP /etc/ssl/certs %s && ln -s %s %s/$(openssl x509 -hash -noout -in %s).0"):format(hashed, server.ca,
  hashed, server.ca))

shell "mkdir -p build/bench && for p in cpu peer; do cc -O2 -o build/bench/$p bench/$p.c -lcurl; done"

-- CPU seconds and peak KiB of one run.
local function run (command)
  local cpu, peak = shell("build/bench/cpu " .. command):match "(%S+) (%S+)"
  return assert(tonumber(cpu), command), tonumber(peak)
end

local function median (list)
  table.sort(list)
  return list[math.floor(#list / 2) + 1]
end

print(("%-8s %10s %10s %7s %7s %14s"):format("", "libcurl µs", "ours µs", "ratio", "target", "peak KiB"))
for _, row in ipairs(rows) do
  local mode, n = row[1], row[2]
  local url = server.url .. path .. (mode == "list" and ".json?PageSize=1000" or "/PN" .. ("0"):rep(32) .. ".json")
  local theirs = ("build/bench/peer %s %d '%s' %s"):format(mode, n, url,
    row.cold and bundle .. " " .. hashed or server.ca)
  local ours = ("%s bench/ours.lua %s %d %s %s %s"):format(LUA, mode, n, server.url, server.ca,
    row.cold and hashed or "")
  local a, b, peak_a, peak_b = {}, {}, 0, 0
  for i = 1, row.cold and 2 * ROUNDS or ROUNDS do
    a[i], peak_a = run(theirs)
    b[i], peak_b = run(ours)
  end
  local x, y = median(a), median(b)
  print(("%-8s %9.1f %10.1f %7.2f %7.2f %7d %6d"):format(mode, x / n * 1e6, y / n * 1e6, y / x, row[3], peak_a, peak_b))
end

server:stop()
