-- A session: an account, a transport, a policy. It is the `world` of call.lua and the `source` of pager.lua: it sends a
-- request, has what comes back judged, and carries out plans.

local calls = require "twilio.call"
local core = require "twilio.core"
local errors = require "twilio.errors"
local fates = require "twilio.fate"
local orders = require "twilio.order"
local plans = require "twilio.plan"
local retry = require "twilio.retry"
local tasks = require "twilio.tasks"

local Session = {}
Session.__index = Session

-- `settings` as config.read answers them; `own` where the transport is to be closed with the session.
local function new (settings, transport, own)
  return setmetatable({ settings = settings, account = settings.account, transport = transport, own = own,
                        times = settings.times, purse = retry.budget(), drawn = {} }, Session)
end

function Session:close ()
  if self.closed then return end
  self.closed = true
  self.account:close()
  if self.own then self.transport:close() end
end

Session.__gc = Session.close  -- Lua 5.4; in 5.1 the account and the transport's own userdata see to themselves

-- The world of call.lua

Session.random = core.random

function Session:now () return self.transport:now() end
function Session:sleep (seconds) return self.transport:sleep(seconds) end

-- Tells a hook of the settings. What it raises is answered, and goes no further: a hook must not make a request go out
-- twice, nor lose a result. (Plain Lua 5.1 cannot yield inside pcall, so there a hook cannot.)
function Session:tell (hook, event)
  local hear = self.settings[hook]
  if not hear then return nil end
  local ok, err = pcall(hear, event)
  if ok then return nil end
  local said, text = pcall(tostring, err)
  return said and text or "an error that cannot be told"
end

-- What hooks are told: never a header, a body, a query, a credential.
local function event (request, try)
  return { operation = request.operation, method = request.method, path = errors.path(request), attempt = try,
           timeout = request.timeout }
end

-- What a request sent in advance has come to. In nginx its time ran while the caller did something else, so a failure
-- may be the caller's lateness: this attempt then sends it anew, in what is left of its own time.
function Session:await (request, pending)
  local began = self:now()
  local response, failure = pending:wait()
  if response then return response end
  request.timeout = request.timeout - (self:now() - began)
  if request.timeout <= 0 then return nil, failure end
  return self.transport:send(request)
end

function Session:exchange (request, try, pending)
  local hooked = self.settings.on_response
  local fault = self.settings.on_request and self:tell("on_request", event(request, try))
  if self.closed then return fates.closed() end
  local began = hooked and self:now()
  local response, failure
  if pending then
    response, failure = self:await(request, pending)
  else
    response, failure = self.transport:send(request)
  end
  local fate = response and fates.of_response(request, response) or fates.of_failure(request, failure)
  if hooked then
    local told = event(request, try)
    told.outcome, told.status, told.sent, told.elapsed = fate.outcome, fate.status, fate.sent, self:now() - began
    told.kind, told.request_id = fate.err and fate.err.kind, (fate.err or fate.info).request_id
    fault = self:tell("on_response", told) or fault
  end
  if fault then fate.hook_error = fault end
  return fate
end

-- Plans, made (see plan.lua) and carried out

Session.plan = plans.of_call
Session.walk = plans.of_walk
Session.follow = plans.of_next

-- Carries the plan out: value, info; or nil, err.
function Session:run (plan)
  local request = plan.request
  local call = calls.new(self, request.class, plan.options.deadline)
  local special = orders[request.class]
  if special then return call:finish(special(self, call, plan)) end
  return call:finish(call:run(call:round(request)))
end

-- A search's `ask` (see searcher.lua) and its options; or nil, err; or nil, message.
function Session:search (row, given)
  local plan_of, options = plans.of_search(self, row, given)
  if not plan_of then return nil, options end
  return function (contains)
    local plan, err = plan_of(contains)
    if not plan then return nil, err end
    local page, info = self:run(plan)
    return page, info, plan.request
  end, options
end

-- What became of a purchase, by the intent or the error that tells of it: see numbers.reconcile.
function Session:reconcile (intent)
  return orders.reconcile(self, calls.new(self, "read"), intent)
end

-- The source of pager.lua

function Session:get (plan, pending)
  local call = calls.new(self, "read", plan.options.deadline)
  local round = call:round(plan.request)
  round.pending = pending
  return call:finish(call:run(round))
end

local sees_break = _VERSION ~= "Lua 5.1"  -- a generic for closes its iterator from 5.4 on

-- Asks for a page before it is wanted, where the transport can: as the caller chose, else where a walk that is broken
-- off is noticed, and in tasks, where others drive it.
function Session:ahead (plan, wanted)
  local transport = self.transport
  if wanted == nil then wanted = sees_break or tasks.running(transport) end
  if not wanted or not transport.prefetch then return nil end
  plan.request.timeout = math.min(self.times.timeout, plan.options.deadline or self.times.deadline)
  return (transport:prefetch(plan.request))
end

return { new = new }
