-- luacheck: globals ngx
-- The sandbox's HTTP front: carries out in nginx what the state machine answers. One worker, state in memory.

local control = require "twilio.sandbox.control"
local form = require "twilio.sandbox.form"
local sandbox = require "twilio.sandbox"

local TICK = 0.05 -- seconds between looks at what is due

local state

-- The signature of a webhook: the URL and the sorted fields of its body, under the account's token.
local function sign (secret, url, fields)
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do names[i] = name .. fields[name] end
  return ngx.encode_base64(ngx.hmac_sha1(secret, url .. table.concat(names)))
end

local function encode (fields)
  local pairs_sent = {}
  for name, value in pairs(fields) do pairs_sent[#pairs_sent + 1] = form.encode(name) .. "=" .. form.encode(value) end
  return table.concat(pairs_sent, "&")
end

-- Requests a StatusCallback, on this machine only: anything else stays a line in the state.
local function request_callback (callback)
  local host, port, path = callback.url:match("^http://([^/:?]+):?(%d*)([^#]*)")
  if not host or not (host == "localhost" or host:find("^127%.%d+%.%d+%.%d+$")) then return end
  if path:sub(1, 1) ~= "/" then path = "/" .. path end
  local url, body = callback.url, ""
  if callback.method == "GET" then
    local query = (path:find("?", 1, true) and "&" or "?") .. encode(callback.fields)
    url, path = url .. query, path .. query
  else
    body = encode(callback.fields)
  end
  local head = {
    callback.method .. " " .. path .. " HTTP/1.1", "Host: " .. host .. (port ~= "" and ":" .. port or ""),
    "User-Agent: TwilioProxy/1.1", "Connection: close", "Content-Length: " .. #body,
    "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
    "X-Twilio-Signature: " .. sign(state.auth_token, url, callback.method == "GET" and {} or callback.fields),
  }
  local socket = ngx.socket.tcp()
  socket:settimeout(15000)
  if not socket:connect(host == "localhost" and "127.0.0.1" or host, tonumber(port) or 80) then return end
  callback.sent = socket:send(table.concat(head, "\r\n") .. "\r\n\r\n" .. body) ~= nil
  socket:receive("*l")
  socket:close()
end

--- init_worker: makes the state and leaves a file once the worker is about to serve.
local function start (ready_file)
  state = sandbox.new{
    clock = ngx.now, sleep = ngx.sleep,
    on_status_callback = function (callback) ngx.timer.at(0, function () request_callback(callback) end) end,
  }
  ngx.timer.every(TICK, function () state.world.agenda:run(ngx.now()) end)
  ngx.timer.at(0, function () assert(io.open(ready_file, "w")):close() end)
end

local function answer (response)
  ngx.status = response.status
  for name, value in pairs(response.headers) do ngx.header[name] = value end
  if response.status ~= 204 then ngx.header["content-length"] = #response.body end
end

local function body_of_request ()
  ngx.req.read_body()
  return ngx.req.get_body_data()
end

--- content: one request of the API.
local function serve ()
  local method = ngx.req.get_method()
  local response, delivery = state:handle{
    method = method, url = ngx.var.request_uri, authorization = ngx.var.http_authorization,
    body = method ~= "GET" and body_of_request() or nil,
  }
  if not delivery then
    answer(response)
    return ngx.print(response.body)
  elseif delivery.drop then
    return ngx.exit(444)
  elseif delivery.delay then
    ngx.sleep(delivery.delay)
    answer(response)
    return ngx.print(response.body)
  end
  answer(response)
  ngx.print(response.body:sub(1, delivery.cut))
  ngx.flush(true)
  return ngx.exit(444)
end

--- content: one control call.
local function control_call ()
  local response = control.handle(state, ngx.req.get_method(), ngx.var.uri, body_of_request())
  ngx.status = response.status
  ngx.header["content-type"] = "application/json"
  ngx.header["content-length"] = #response.body
  ngx.print(response.body)
end

return { start = start, serve = serve, control = control_call }
