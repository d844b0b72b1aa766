-- A transport for cqueues, and so a pattern for any event loop: send, sleep, now, close, over the loop's own sockets.
-- Bytes are the library's business (core.encode, core.reader); waiting is the loop's. Lua 5.4, packages lua-cqueues
-- and lua-luaossl.
--
--   local transport = require "examples.cqueues.transport".new{ ca_file = … }
--   local numbers = twilio.new{ …, transport = transport }.numbers
--   loop:wrap(function () numbers.list_incoming() end)      -- waits without stopping the loop

local context = require "openssl.ssl.context"
local core = require "twilio.core"
local cqueues = require "cqueues"
local errno = require "cqueues.errno"
local param = require "openssl.x509.verify_param"
local socket = require "cqueues.socket"
local ssl = require "openssl.ssl"
local store = require "openssl.x509.store"

local CONNECT_TIMEOUT, TIMEOUT = 10, 30   -- seconds
local IDLE = 55                           -- seconds that a kept connection may wait for its next request
local PIECE = 65536                       -- bytes to read at a time, at most

local Transport = {}
Transport.__index = Transport

local function failure (kind, message, sent, transient)
  return nil, { kind = kind, message = message, sent = sent, transient = transient }
end

-- What went wrong at a socket while `doing` that, in the contract's words.
local function broken (kind, doing, code, sent)
  if code == errno.ETIMEDOUT then return failure("timeout", "timed out while " .. doing, sent, true) end
  local why = code and errno.strerror(code) or "the connection closed"
  return failure(kind, "while " .. doing .. ": " .. why, sent, true)
end

local function handshake (self, stream, host, deadline)
  local session, check = ssl.new(self.context), param.new()
  if host:find "^[%d.]+$" or host:find ":" then
    check:setIP(host)
  else
    check:setHost(host)
    session:setHostName(host)   -- the name that the server is asked for
  end
  session:setParam(check)
  local done, code = stream:starttls(session, math.max(0, deadline - core.now()))
  if done then return true end
  local verdict, why = session:getVerifyResult()
  if verdict ~= 0 then return failure("certificate", host .. ": " .. why, 0, false) end
  return broken("tls", "shaking hands with " .. host, code, 0)
end

local function connect (self, origin, deadline)
  local scheme, authority = origin:match "^(https?)://(.+)$"
  local host, port = authority:match "^(.-):(%d+)$"
  host = (host or authority):gsub("[%[%]]", "")
  local stream = socket.connect(host, tonumber(port) or scheme == "https" and 443 or 80)
  stream:setmode("bn", "bn")
  stream:onerror(function (_, _, code) return code end)   -- answer errors, do not raise them
  local connected, code = stream:connect(math.max(0, deadline - core.now()))
  if not connected then
    stream:close()
    -- The resolver's own codes are no system errors: those are positive.
    return broken(code < 0 and "dns" or "connect", "connecting to " .. host, code, 0)
  end
  if scheme == "https" then
    local trusted, distrust = handshake(self, stream, host, deadline)
    if not trusted then
      stream:close()
      return nil, distrust
    end
  end
  return stream
end

-- A kept connection that is good for another request: silent, open, and not too old. nil where there is none.
local function kept (self, key)
  local idle = self.idle[key]
  while idle and idle[1] do
    local entry = table.remove(idle)
    local bytes, code = entry.stream:recv(-1)
    if not bytes and code == errno.EAGAIN and core.now() - entry.since < IDLE then return entry.stream end
    entry.stream:close()
  end
end

local function keep (self, key, stream)
  self.idle[key] = self.idle[key] or {}
  table.insert(self.idle[key], { stream = stream, since = core.now() })
end

-- Reads one response: its reader, complete; or nil and a failure.
local function read (stream, request, deadline)
  local reader = core.reader(request.method)
  local done, wrong
  repeat
    local bytes, code = stream:xread(-PIECE, "bn", math.max(0, deadline - core.now()))
    if bytes then
      done, wrong = reader:feed(bytes)
    elseif code then
      return broken("network", "waiting for the response", code, 1)
    else
      done, wrong = reader:finish()
      -- Without a length and over TLS anybody may have ended it: cqueues does not tell a goodbye from a cut.
      if done and stream:checktls() then return broken("network", "reading a body without a length", nil, 1) end
    end
  until done or wrong
  if wrong then
    wrong.sent = 1
    return nil, wrong
  end
  return reader
end

function Transport:send (request)
  local origin = request.account:origin()
  if self.closed or not origin then return failure("closed", "the client is closed", 0, false) end
  local now = core.now()
  local deadline = now + (request.timeout or TIMEOUT)
  local key = request.account:sid() .. " " .. origin   -- one account's connections are never another's
  local stream, wrong = not request.fresh and kept(self, key)
  if not stream then
    stream, wrong = connect(self, origin, math.min(deadline, now + self.connect_timeout))
    if not stream then return nil, wrong end
  end
  local bytes, reader
  bytes, wrong = core.encode(request)
  if bytes then
    local sent, code = stream:xwrite(bytes, "bn", math.max(0, deadline - core.now()))
    if sent then
      reader, wrong = read(stream, request, deadline)
    else
      wrong = select(2, broken("network", "sending the request", code, 1))
    end
  end
  if reader and reader:keepalive() and not self.closed then keep(self, key, stream) else stream:close() end
  if not reader then return nil, wrong end
  local response = reader:response()
  response.sent = 1
  return response
end

function Transport:sleep (seconds)   -- luacheck: ignore self
  cqueues.sleep(seconds)
end

function Transport:now ()   -- luacheck: ignore self
  return core.now()
end

function Transport:close ()
  self.closed = true
  for _, idle in pairs(self.idle) do
    for _, entry in ipairs(idle) do entry.stream:close() end
  end
  self.idle = {}
end

-- settings: ca_file (else the system's certificates), connect_timeout (seconds).
local function new (settings)
  local trusted = store.new()
  if settings.ca_file then trusted:add(settings.ca_file) else trusted:addDefaults() end
  local tls = context.new("TLS", false)
  tls:setOptions(context.OP_NO_SSLv3 | context.OP_NO_TLSv1 | context.OP_NO_TLSv1_1)
  tls:setStore(trusted)
  tls:setVerify(context.VERIFY_PEER)
  return setmetatable({ context = tls, idle = {}, connect_timeout = settings.connect_timeout or CONNECT_TIMEOUT },
    Transport)
end

return { new = new }
