-- A session: an account, a transport, a policy. It makes a call of a name and a table, and is what call.lua (its world)
-- and pager.lua (its source) stand on.

local calls = require "twilio.call"
local config = require "twilio.config"
local core = require "twilio.core"
local errors = require "twilio.errors"
local fates = require "twilio.fate"
local givens = require "twilio.given"
local purchase = require "twilio.purchase"
local retry = require "twilio.retry"
local tasks = require "twilio.tasks"
local transfers = require "twilio.transfer"

local Session = {}
Session.__index = Session

-- `settings` as config.read answers them; `own` where the transport is to be closed with the session.
local function new (settings, transport, own)
  return setmetatable({ settings = settings, account = settings.account, transport = transport, own = own,
                        times = config.times(settings, retry.times), purse = retry.budget(),
                        drawn = {} }, Session)
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
Session.time = core.time

function Session:now () return self.transport:now() end
function Session:sleep (seconds) return self.transport:sleep(seconds) end

-- Tells a hook of the settings. What it raises is answered, and goes no further: a hook must not make a request go out
-- twice, nor lose a result. (Plain Lua 5.1 cannot yield inside pcall, so there a hook cannot.)
function Session:tell (hook, event)
  local hear = self.settings[hook]
  if not hear then return nil end
  local ok, err = pcall(hear, event)
  if not ok then return tostring(err) end
end

-- What hooks are told: never a header, a body, a query, a credential.
local function event (request, try)
  return { operation = request.operation, method = request.method, path = errors.path(request), attempt = try,
           timeout = request.timeout }
end

function Session:exchange (request, try, pending)
  local hooked = self.settings.on_response
  local fault = self.settings.on_request and self:tell("on_request", event(request, try))
  if self.closed then return fates.closed() end
  local began = hooked and self:now()
  local response, failure
  if pending then response, failure = pending:wait() else response, failure = self.transport:send(request) end
  local fate = response and fates.of_response(request, response) or fates.of_failure(request, failure)
  if hooked then
    local told = event(request, try)
    told.outcome, told.status, told.sent, told.elapsed = fate.outcome, fate.status, fate.sent, self:now() - began
    told.kind, told.request_id = fate.err and fate.err.kind, (fate.err or fate.info).request_id
    fault = self:tell("on_response", told) or fault
  end
  fate.hook_error = fault
  return fate
end

-- Plans: a request and what its call must know

-- A request of this session; nil, err; or nil, message for a mistake in the caller's code.
local function build (self, name, account, params)
  local request, err = core.request(name, account, params)
  if not request then
    if type(err) == "string" then return nil, err end
    err.operation, err.attempts, err.sent, err.retryable = name, 0, false, false
    return nil, errors.new(err)
  end
  request.headers["User-Agent"] = self.settings.user_agent
  -- What must not go out twice: libcurl, for one, repeats a request by itself when a kept connection dies.
  request.guard = not retry.repeats[request.class]
  request.fresh = request.guard and request.class ~= "transfer"
  return request
end

-- The plan of the call `name` of this operation row; nil, err; or nil, message.
function Session:plan (row, name, given)
  if self.closed then return nil, errors.new{ kind = "closed", message = "the client is closed", operation = name } end
  local params, options = givens.of_call(self.settings, row, given, name == row.alias)
  if not params then return nil, options end
  local request, err = build(self, name, options.account, params)
  if not request then return nil, err end
  request.account_sid = options.account_sid or options.account:sid()
  return { request = request, params = params, options = options }
end

-- The plan of a walk over a listing: the first page's plan (nil where it could not be made), and { key, limit, uri } or
-- the err; or nil, message. Pages are as large as they come, or as the limit asks.
function Session:walk (row, given)
  local rest, options = givens.of_walk(given)
  if not rest then return nil, options end
  if row.paged and not options.page_size then
    options.page_size = math.min(self.settings.page_size, options.limit or self.settings.page_size)
  end
  rest.page_size = options.page_size
  local plan, err = self:plan(row, row.name, rest)
  if not plan then return nil, err end
  if options.uri then
    plan, err = self:follow(plan, options.uri)
    if not plan then return nil, err end
  end
  options.key = row.list_key
  return plan, options
end

-- A search's `ask` (see search.lua) and its options; or nil, err; or nil, message.
function Session:search (row, given)
  local rest, options = givens.of_walk(given)
  if not rest then return nil, options end
  -- Twilio may give no more than thirty rows, whatever it is asked for; more than that saves searches.
  rest.page_size = options.page_size or math.min(self.settings.page_size, options.limit or self.settings.page_size)
  local plan, err = self:plan(row, row.name, rest)
  if not plan then return nil, err end
  options.contains, options.area_code = givens.pick(rest, "contains"), givens.pick(rest, "area_code")
  return function (contains)
    local narrower = assert(self:plan(row, row.name, givens.replace(rest, "contains", "contains", contains)))
    return self:run(narrower)
  end, options
end

-- A request of our own beside the plan's: same account, same version of the API.
local function beside (self, plan, name, params)
  local options = plan.options
  params.account_sid = params.account_sid or options.account_sid
  params.api_version = options.api_version
  return build(self, name, options.account, params)
end

local function order (self, plan, request)
  local list = beside(self, plan, "list_incoming", { phone_number = request.phone_number, page_size = 20 })
  return { request = request, list = list, phone_number = request.phone_number,
           on_intent = plan.options.on_intent or self.settings.on_intent }
end

local toll_free = { ["800"] = true, ["833"] = true, ["844"] = true, ["855"] = true, ["866"] = true, ["877"] = true,
                    ["888"] = true }

-- A purchase by area code: where to search, and the order of the number that is chosen.
local function by_area (self, call, plan)
  local code = tostring(plan.request.area_code)
  local searches = {}
  for i, country in ipairs(toll_free[code] and { "US" } or { "US", "CA" }) do
    local search = toll_free[code] and "search_toll_free" or "search_local"
    searches[i] = beside(self, plan, search, { country_code = country, area_code = code })
  end
  local params = givens.replace(plan.params, "area_code", "phone_number")  -- a copy of our own, before a hook runs
  local record, info = purchase.choose(call, searches, function (phone_number)
    params.phone_number = phone_number
    local request = assert(build(self, plan.request.operation, plan.options.account, params))
    request.account_sid = plan.request.account_sid
    return order(self, plan, request)
  end)
  if record or info.code ~= 20008 then return record, info end
  -- Twilio's test credentials may not search; what they buy, by any area code, is make-believe.
  record, info = call:run(call:round(plan.request))
  return record, info
end

local function moved (self, call, plan)
  local target = givens.pick(plan.params, "transfer_to")
  local there = beside(self, plan, "get_incoming", { sid = plan.request.sid, account_sid = target })
  return transfers.transfer(call, { request = plan.request, there = there, target = target })
end

-- Carries the plan out: value, info; or nil, err.
function Session:run (plan)
  local request = plan.request
  local call = calls.new(self, request.class, plan.options.deadline)
  local value, info
  if request.class == "buy" then
    if request.phone_number then value, info = purchase.buy(call, order(self, plan, request))
    else value, info = by_area(self, call, plan) end
  elseif request.class == "transfer" then
    value, info = moved(self, call, plan)
  else
    value, info = call:run(call:round(request))
  end
  return value, info
end

-- What became of a purchase, by the intent (or the error) that tells of it: see numbers.reconcile.
function Session:reconcile (intent)
  local plan, err = self:plan({ class = "read" }, "list_incoming", {
    phone_number = intent.phone_number, account_sid = intent.account_sid, page_size = 20 })
  if not plan then return "unknown", err end
  local call = calls.new(self, "read")
  return purchase.reconcile(call, { list = plan.request, phone_number = intent.phone_number, since = intent.since })
end

-- The source of pager.lua

function Session:get (plan, pending)
  local call = calls.new(self, "read", plan.options.deadline)
  local round = call:round(plan.request)
  round.pending = pending
  local page, info = call:run(round)
  return page, info
end

function Session:follow (plan, uri)
  local request, err = core.follow(plan.request, uri)
  if not request then return nil, errors.of(err, plan.request) end
  request.headers["User-Agent"] = self.settings.user_agent
  return { request = request, params = plan.params, options = plan.options }
end

local sees_break = _VERSION ~= "Lua 5.1"  -- a generic for closes its iterator from 5.4 on

-- Asks for a page before it is wanted, where the transport can and a walk that is broken off is noticed.
function Session:ahead (plan)
  local transport = self.transport
  if not transport.prefetch or not (sees_break or tasks.running(transport)) then return nil end
  plan.request.timeout = self.times.timeout
  return (transport:prefetch(plan.request))
end

return { new = new }
