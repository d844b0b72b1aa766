--- The transport for nginx and OpenResty: cosockets wait, and the worker serves others meanwhile.
--
-- Connections are kept in pools of their own, which belong to the worker and which `lua_socket_pool_size` bounds (30
-- by default: raise it to the number of requests that a worker has in flight). The certificates that are trusted are
-- those of `lua_ssl_trusted_certificate`: nginx has no other way to name them, and verification has no off switch. The
-- oldest TLS is that of `lua_ssl_protocols`: say TLSv1.2 TLSv1.3.
-- An https host must be a name, because nginx holds no certificate against an address; looking that name up is the one
-- wait that `resolver_timeout` bounds, and not the request's own timeout.
--
-- Nothing is sent twice here: a connection that dies under a request answers a failure with `sent = 1`.

local core = require "twilio.core"

local CONNECT_TIMEOUT, TIMEOUT = 10, 30   -- seconds
local IDLE = 55                           -- seconds that a kept connection may wait for its next request
local PIECE = 65536                       -- bytes to read at a time, at most

local Cosocket = {}
Cosocket.__index = Cosocket

local function failure (kind, message, sent, transient)
  return nil, { kind = kind, message = message, sent = sent, transient = transient }
end

-- A setting that nginx has no use for.
local function refuse (parameter, what)
  return nil, { kind = "config", parameter = parameter, message = parameter .. ": " .. what, sent = 0 }
end

-- One wait of the socket, which ends at the deadline. No operation answers a boolean; but where the caller has waited
-- for several light threads at once, the end of one that was left over ends this wait, too, with what that one answered
-- (lua-nginx-module #1439).
local function wait (socket, deadline, operation, ...)
  local left = math.ceil((deadline - core.now()) * 1000)
  if left <= 0 then return nil, "timeout" end
  socket:settimeouts(left, left, left)
  local result, why = socket[operation](socket, ...)
  if type(result) == "boolean" then return nil, "the end of another light thread cut the wait short" end
  return result, why
end

-- "name", "name:1", "[::1]", "[::1]:1"
local function split (authority, default)
  local host, port = authority:match "^(.-):(%d+)$"
  host = host or authority
  -- "localhost" is this machine by definition; nginx's resolver would ask a name server for it.
  return { host = host, port = tonumber(port) or default, address = host == "localhost" and "127.0.0.1" or host }
end

-- http://[user:password@]host[:port], or nil. As in curl, no scheme means http, and no port 1080.
local function parse_proxy (url)
  local rest = url:match "^[Hh][Tt][Tt][Pp]://(.*)$" or url
  local login, authority = rest:match "^(.*)@(.*)$"
  authority = (authority or rest):match "^(%[?[%w.:_-]+%]?[:%d]*)/?$"
  if not authority then return nil end
  local proxy = split(authority, 1080)
  if login then
    if not login:find(":", 1, true) then login = login .. ":" end
    proxy.user = login:match "^[^:]*"
    login = login:gsub("%%(%x%x)", function (hex) return string.char(tonumber(hex, 16)) end)
    proxy.authorization = "Basic " .. ngx.encode_base64(login)
  end
  return proxy
end

-- Where an account's requests go, and which pools their connections are kept in. nil for a closed account.
local function locate (self, account)
  local origin, sid = account:origin(), account:sid()
  if not origin then return nil end
  local scheme, authority = origin:match "^(https?)://(.+)$"
  local target = split(authority, scheme == "https" and 443 or 80)
  target.secure = scheme == "https"
  -- Nobody else's connection is in this pool: one that was made without verification would pass as ours.
  local name = { "twilio.numbers", target.secure and "verified" or "plain", target.host, target.port, sid }
  -- Plain http is for loopback alone: no proxy has a part in it, and none is to read the credential.
  local proxy = target.secure and self.proxy
  if proxy then target.proxy, name[6], name[7], name[8] = proxy, proxy.host, proxy.port, proxy.user end
  target.pool = { pool = table.concat(name, " ") }
  -- Nothing is ever kept under this name, so that nothing is found under it.
  target.fresh = { pool = target.pool.pool .. " fresh" }
  self.targets[account] = target
  return target
end

-- A reader for the response to a request of this method. The one that is spare is warm, and needs no memory of its own:
-- since most responses come in one piece, nearly all are read by the same.
local function take_reader (self, method)
  local reader = self.spare
  if not reader then return core.reader(method) end
  self.spare = nil
  reader:again(method)
  return reader
end

-- Reads the response to a request of this method: its reader, complete; or nil and a failure.
local function read (self, socket, method, secure, deadline)
  local reader, done, broken
  repeat
    local bytes, why = wait(socket, deadline, "receiveany", PIECE)
    reader = reader or take_reader(self, method)
    if bytes then
      done, broken = reader:feed(bytes)
    elseif why == "timeout" then
      return failure("timeout", "timed out while waiting for the response", 1, true)
    elseif why ~= "closed" then
      return failure("network", "while reading the response: " .. why, 1, true)
    else
      done, broken = reader:finish()
      -- nginx does not tell whether TLS said goodbye: an end that only the connection marks may be anybody's.
      if done and secure then return failure("network", "the connection closed, which proves no end", 1, true) end
    end
  until done or broken
  if broken then
    broken.sent = 1
    return nil, broken
  end
  return reader
end

-- Asks the proxy for a way to the target. The account's credential has no part in it.
local function tunnel (self, socket, proxy, target, deadline)
  local there = target.host .. ":" .. target.port
  local ask = "CONNECT " .. there .. " HTTP/1.1\r\nHost: " .. there .. "\r\n"
  if proxy.authorization then ask = ask .. "Proxy-Authorization: " .. proxy.authorization .. "\r\n" end
  local sent, why = wait(socket, deadline, "send", ask .. "\r\n")
  if not sent then return failure("proxy", "the proxy: " .. why, 0, true) end
  local reader, broken = read(self, socket, "CONNECT", false, deadline)
  if not reader then
    return failure(broken.kind == "timeout" and "timeout" or "proxy", "the proxy: " .. broken.message, 0, true)
  end
  local status = reader:response().status
  if status >= 300 then return failure("proxy", "the proxy answered " .. status, 0, true) end
  return true
end

local function handshake (socket, target, deadline)
  local name = target.host:match "^%[(.*)%]$" or target.host
  -- A server may be so quick that the handshake is over without a wait. Until ngx_lua 0.10.32 a refused certificate is
  -- then raised, as a failed assertion without words; and without a session to answer (false for nil) it is not told.
  local called, shaken, why = pcall(wait, socket, deadline, "sslhandshake", nil, name, true)
  if called and shaken then return true end
  why = tostring(called and why or shaken)
  if why == "timeout" then return failure("timeout", "timed out in the TLS handshake with " .. name, 0, true) end
  if why:find("assertion failed", 1, true) then why = "certificate refused" end
  if why:find("certificate", 1, true) or why:find "^%d+: " then
    why = why .. " (lua_ssl_trusted_certificate names who is trusted)"
    return failure("certificate", name .. ": " .. why, 0, false)
  end
  return failure("tls", name .. ": " .. why, 0, true)
end

-- Why a connect failed: nginx says it in words.
local function refused (why, near, proxied)
  local place = near.host .. ":" .. near.port
  if why:find("no resolver defined", 1, true) then
    return failure("config", "nginx needs a `resolver` to look up " .. near.host, 0, false)
  elseif why == "timeout" then
    return failure("timeout", "timed out while connecting to " .. place, 0, true)
  elseif proxied then
    return failure("proxy", "the proxy " .. place .. ": " .. why, 0, true)
  elseif why:find("resolve", 1, true) then
    return failure("dns", why, 0, true)
  end
  return failure("connect", place .. ": " .. why, 0, true)
end

-- A connection that the request's bytes may go out on: kept from before, or made now.
local function connect (self, socket, target, fresh, deadline)
  local proxy = target.proxy
  local near = proxy or target
  local pool = fresh and target.fresh or target.pool
  local connected, why = wait(socket, deadline, "connect", near.address, near.port, pool)
  if not connected then return refused(why, near, proxy) end
  if not target.secure or socket:getreusedtimes() > 0 then return true end
  if proxy then
    local open, closed = tunnel(self, socket, proxy, target, deadline)
    if not open then return nil, closed end
  end
  return handshake(socket, target, deadline)
end

--- Sends a request and waits for its response, without blocking the worker.
-- Takes and answers what ARCHITECTURE.md calls request, response and failure. Where nginx has no cosockets (init,
-- header filter, log, …) the failure is of kind `config` and names the phase; `ngx.timer.at` leads out of most of them.
function Cosocket:send (request)
  local target = self.targets[request.account] or locate(self, request.account)
  if self.closed or not target then return failure("closed", "the client is closed", 0, false) end
  local made, socket = pcall(ngx.socket.tcp)
  if not made then
    return failure("config", "nginx has no cosockets in its " .. ngx.get_phase() .. " phase", 0, false)
  end
  local now = core.now()
  local deadline = now + (request.timeout or TIMEOUT)
  local connected, unconnected = connect(self, socket, target, request.fresh,
    math.min(deadline, now + self.connect_timeout))
  if not connected then
    socket:close()
    return nil, unconnected
  end
  local bytes, wrong = core.encode(request)
  if not bytes then
    socket:close()
    return nil, wrong
  end
  local sent, why = wait(socket, deadline, "send", bytes)
  if not sent then
    socket:close()
    return failure(why == "timeout" and why or "network", "while sending the request: " .. why, 1, true)
  end
  local reader, broken = read(self, socket, request.method, target.secure, deadline)
  if reader and reader:keepalive() and not request.fresh then
    socket:setkeepalive(IDLE * 1000)
  else
    socket:close()
  end
  if not reader then return nil, broken end
  local response = reader:response()
  response.sent, self.spare = 1, reader
  return response
end

function Cosocket:sleep (seconds)   -- luacheck: ignore self
  ngx.sleep(seconds)
end

function Cosocket:now ()   -- luacheck: ignore self
  return core.now()
end

local Ahead = {}
Ahead.__index = Ahead

-- Sends a request whose response is wanted later, in a light thread: a handle as transport/curl.lua's, which must
-- end, by `wait` or by `cancel`, for nginx to end the handler.
function Cosocket:prefetch (request)
  local ahead = setmetatable({ starter = coroutine.running() }, Ahead)
  ahead.thread = ngx.thread.spawn(ahead.send, ahead, self, request)
  return ahead
end

-- Keeps the answer here: what ngx.thread.wait answers may be another thread's (#1439), or of a phase that is over.
function Ahead:send (transport, request)
  self.response, self.failure = transport:send(request)
end

function Ahead.drive () end   -- nginx does

-- Only who started a thread can wait for it: whoever else goes on with the walk gets a failure, and sends it anew.
function Ahead:wait ()
  if self.starter ~= coroutine.running() then
    return failure("network", "it was asked for in another thread", 0, true)
  end
  ngx.thread.wait(self.thread)
  if self.response or self.failure then return self.response, self.failure end
  return failure("network", "the end of another light thread cut the wait short", 1, true)
end

function Ahead:cancel ()
  ngx.thread.kill(self.thread)
end

local Crew = {}
Crew.__index = Crew

-- A task (tasks.lua) is a light thread here. A crew is those that one thread starts and waits for. nginx could wait for
-- any of several, but leaves the others marked as waited for (see `wait`). So they tell of their end by a semaphore.
function Cosocket:crew ()   -- luacheck: ignore self
  return setmetatable({ signal = require("ngx.semaphore").new(), ended = {}, phase = ngx.get_phase() }, Crew)
end

local function run (crew, f)
  f()
  crew.ended[#crew.ended + 1] = coroutine.running()
  crew.signal:post()
end

-- Starts f as a light thread; raises in phases that have none.
function Crew:spawn (f)
  ngx.thread.spawn(run, self, f)
end

local function watch (signal)
  local told, why
  repeat told, why = signal:wait(60) until told or why ~= "timeout"
end

-- Waits until one of them has ended, one for each time; nginx then forgets it. It is a light thread that waits for the
-- semaphore: a wait of the starter's own may be cut short (see `wait`), and one that was would stay in the semaphore's
-- queue, where a second is the worker's death. To wait for one thread once more is harmless.
function Crew:join ()
  if not self.signal:wait(0) then
    local watcher = ngx.thread.spawn(watch, self.signal)
    repeat ngx.thread.wait(watcher) until coroutine.status(watcher) == "dead"
  end
  ngx.thread.wait(table.remove(self.ended))
end

-- A phase that is over has taken its light threads with it (ngx.exit in it: before their end).
function Crew:gone ()
  return self.phase ~= ngx.get_phase()
end

--- Refuses every request from now on. The connections belong to the worker, which drops them when they are idle.
function Cosocket:close ()
  self.closed = true
end

--- A transport over cosockets. `settings`: `connect_timeout` (seconds, 10 by default) and `proxy`
-- (`http://[user:password@]host[:port]`). Answers `nil, failure` of kind `config` for what nginx cannot do: a `ca_file`
-- or `ca_path` of the client's own, a proxy that speaks anything but http.
local function new (settings)
  settings = settings or {}
  if settings.ca_file or settings.ca_path then
    return refuse(settings.ca_file and "ca_file" or "ca_path",
      "inside nginx, lua_ssl_trusted_certificate names who is trusted")
  end
  local self = setmetatable({ connect_timeout = settings.connect_timeout or CONNECT_TIMEOUT,
                              targets = setmetatable({}, { __mode = "k" }) }, Cosocket)
  if settings.proxy and settings.proxy ~= "" then
    self.proxy = parse_proxy(settings.proxy)
    if not self.proxy then
      return refuse("proxy", "inside nginx, must be http://[user:password@]host[:port]")
    end
  end
  return self
end

return { new = new }
