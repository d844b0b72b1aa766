-- The libcurl transport: blocks its caller, or inside a task only the task. One pool for a client, made at the first
-- request, so that a client may be made before a fork and used behind it.

local core = require "twilio.core"
local curl = require "twilio.curl"
local tasks = require "twilio.tasks"

local Curl = {}
Curl.__index = Curl

local Ahead = {}
Ahead.__index = Ahead

local closed = { kind = "closed", message = "the client is closed", sent = 0, transient = false }

local variables = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }  -- where libcurl looks, in its order

-- The proxy that there will be, and who names it; nil where there is none.
local function proxy_of (options)
  if options.proxy then return options.proxy ~= "" and options.proxy, "" end
  for _, name in ipairs(variables) do
    local url = os.getenv(name)
    if url and url ~= "" then return url, "the environment's " .. name .. " " end
  end
end

-- options: ca_file, ca_path, proxy ("" for none; nil for the environment's), connect_timeout (seconds). Or nil and a
-- failure for a proxy's URL that libcurl does not take as it stands: some it would leave out, and go without a proxy.
local function new (options)
  options = options or {}
  local proxy, whose = proxy_of(options)
  if proxy and not curl.takes_proxy(proxy) then
    return nil, { kind = "config", parameter = "proxy", sent = 0,
                  message = "proxy: " .. whose .. "must be a URL that libcurl can read, without control characters" }
  end
  return setmetatable({ options = options }, Curl)
end

local function pool_of (self)
  if self.closed then return nil, closed end
  local failure
  if not self.pool then
    self.pool, failure = curl.pool(self.options)
    if self.pool then self.options = nil end -- the proxy's URL may hold a password
  end
  return self.pool, failure
end

-- The exchange's response, or nil and a failure; a task pauses until it is there.
local function await (exchange, task)
  while task and not exchange:done() do
    exchange:notify(task)
    task:pause(nil, exchange)
  end
  return exchange:take()
end

function Curl:send (request)
  local pool, failure = pool_of(self)
  if not pool then return nil, failure end
  local task = tasks.running(self)
  if not task then return pool:perform(request) end
  local exchange
  exchange, failure = pool:start(request)
  if not exchange then return nil, failure end
  return await(exchange, task)
end

-- Lets every exchange under way go on, for at most so many seconds until a task can; answers a failure, or nothing.
function Curl:step (seconds)
  local pool, failure = pool_of(self)
  if not pool then return failure end
  local task
  task, failure = pool:step(seconds)
  if task then tasks.wake(task) end
  return failure
end

-- Sends a request whose response is wanted later: a handle, or nil and a failure. The handle has
--   :drive()   lets it come in, without waiting        :wait()   the response, or nil and a failure
--   :cancel()  abandons it
-- Only from `wait` on does the request's timeout run: before, nobody may drive it, and what came in is not to be late.
function Curl:prefetch (request)
  local pool, failure = pool_of(self)
  if not pool then return nil, failure end
  local exchange
  exchange, failure = pool:start(request)
  if not exchange then return nil, failure end
  exchange:allow()
  self:step(0)
  return setmetatable({ transport = self, exchange = exchange, request = request }, Ahead)
end

function Ahead:drive () self.transport:step(0) end

function Ahead:wait ()
  self.exchange:allow(self.request.timeout)
  return await(self.exchange, tasks.running(self.transport))
end

function Ahead:cancel () self.exchange:close() end

-- Who is no task sleeps where it stands; the exchanges of others go on, for their time does, too.
function Curl:sleep (seconds)
  local task, ends = tasks.running(self), core.now() + seconds
  if task then return task:pause(ends) end
  while self.pool and seconds > 0 and not self:step(seconds) do seconds = ends - core.now() end
  if seconds > 0 then core.sleep(seconds) end
end

Curl.now = core.now

-- Has it connections that belong to another process, the one that this was forked from?
function Curl:forked ()
  return self.pool ~= nil and self.pool:forked()
end

function Curl:close ()
  self.closed, self.options = true, nil
  if self.pool then self.pool:close() end
end

return { new = new }
