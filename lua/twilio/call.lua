-- One call: its attempts, its waits, its one deadline. It knows no HTTP and no clock; its `world` has both:
--   world:exchange(request, try, pending) → fate   one attempt, sent and judged; pending: what was sent in advance
--   world:now()  world:sleep(seconds)  world.random()
--   world:tell(hook, event) → its error      world.times (see retry.lua)  world.purse (the retry budget)
--   world.drawn (see purchase.lua)
-- A fate is { outcome, value and info or err, sent (a count), transient, status, retry_after, date (the server's, in
-- seconds), hook_error }. Its info or err is this attempt's own table, and goes to the caller with more in it.

local errors = require "twilio.errors"
local retry = require "twilio.retry"

local Call = {}
Call.__index = Call

-- Starts a call of this class; `deadline` in seconds, or nil for the class's own.
local function new (world, class, deadline)
  local t = world.times
  local started = world:now()
  deadline = deadline or (retry.classes[class].money and t.money_deadline or t.deadline)
  return setmetatable({ world = world, started = started, ends = started + deadline }, Call)
end

function Call:now ()
  return self.world:now()
end

function Call:remaining ()
  return self.ends - self.world:now()
end

-- The server's clock, by its last answer in this call, at the monotonic time `at`; nil before any. Ours would not do:
-- it may be wrong, and a wrong one makes old purchases of new ones.
function Call:server_time (at)
  return self.offset and at + self.offset
end

-- A round is what the policy must know about the attempts at one request, of which it may have `attempts`. `exempt`
-- frees it from the retry budget. Its `pending` is its first attempt, sent in advance. It begins with that.
function Call:round (request)
  return { request = request, attempts = self.world.times.attempts, tries = 0, sent = 0, doubted = false }
end

-- A hook's error is reported beside the result; it changes nothing else.
function Call:heard (hook_error)
  self.hook_error = self.hook_error or hook_error
end

-- How long an attempt may take. What can be looked for keeps a part of what is left for that.
local function patience (t, class, left)
  return math.min(class.money and t.money_timeout or t.timeout, class.looks and 0.75 * left or left)
end

-- With no more time left no attempt begins.
local function least (t, class)
  return class.money and t.money_least or 0
end

local function late ()
  return { outcome = "not_sent", sent = 0, transient = true,
           err = { kind = "timeout", message = "the deadline leaves no time for it" } }
end

function Call:attempt (round)
  local request, t, now = round.request, self.world.times, self:now()
  local class, left = retry.classes[request.class], self.ends - now
  round.began = round.began or now
  if left <= least(t, class) then return late() end
  request.timeout = patience(t, class, left)
  round.tries = round.tries + 1
  local pending = round.pending
  round.pending = nil
  local fate = self.world:exchange(request, round.tries, pending)
  round.sent = round.sent + fate.sent
  -- A request that went out twice within one attempt has a copy whose answer nobody saw, whatever the other one met.
  if fate.outcome == "ambiguous" or fate.sent > 1 then round.doubted = true end
  if fate.hook_error then self:heard(fate.hook_error) end
  now = self:now()
  if fate.date then self.offset = fate.date - now end
  if fate.retry_after then self.silence = math.max(self.silence or 0, now + fate.retry_after) end
  return fate
end

-- What retry.lua must know.
function Call:facts (round, fate)
  local class = round.request.class
  return {
    class = class, outcome = fate.outcome, kind = fate.err and fate.err.kind,
    transient = fate.transient, retry_after = fate.retry_after, doubted = round.doubted, tries = round.tries,
    attempts = round.attempts, tokens = self.world.purse.tokens, exempt = round.exempt,
    remaining = self:remaining() - least(self.world.times, retry.classes[class]),
  }
end

-- Before another attempt, which follows on `err`: it is paid for, told of, waited for.
function Call:prepare (round, err, wait, cost)
  local world = self.world
  round.cost = cost
  if not round.exempt then world.purse.tokens = world.purse.tokens - cost end
  self:heard(world:tell("on_retry", { operation = round.request.operation, attempt = round.tries, wait = wait,
                                      kind = err.kind, status = err.status }))
  if wait > 0 then world:sleep(wait) end
end

-- What is told beside a success: about its last exchange, which may be a delete's that found nothing, and the round.
local function about (round, fate)
  local info = fate.info or { status = fate.status, request_id = fate.err.request_id }
  info.attempts = round.tries
  return info
end

-- The error of a round that ended. Once a changing request was in doubt, every end but success is in doubt, whatever
-- the last answer was.
local function failure (round, fate, reason)
  local request, class = round.request, retry.classes[round.request.class]
  local err = errors.of(fate.err, request)
  err.attempts, err.sent = round.tries, round.sent > 0
  err.reason, err.retry_after = reason, fate.retry_after
  err.retryable = fate.transient or false
  if not round.doubted or class.reads then return err end
  return errors.of({
    kind = "ambiguous", maybe_applied = true, cause = err,
    message = class.doubt .. ": " .. tostring(err.message),
    status = err.status, request_id = err.request_id, attempts = err.attempts, sent = true,
    reason = reason, retry_after = err.retry_after, retryable = err.retryable and class.harmless or false,
    sid = request.sid, phone_number = request.phone_number, account_sid = request.account_sid,
    since = round.began,  -- on our clock, until the call finishes: a look may yet tell the server's
  }, request)
end

-- Runs the round until the policy is done with it: value, info; or nil, err, action. The action is retry.lua's
-- "reconcile" or "stop"; the round may go on after "reconcile".
function Call:run (round)
  local world = self.world
  while true do
    local fate = self:attempt(round)
    local action, detail, cost = "done", nil, nil
    if fate.outcome ~= "ok" then
      action, detail, cost = retry.decide(self:facts(round, fate), world.times, world.random)
    end
    if action == "again" then
      self:prepare(round, fate.err, detail, cost)
    elseif action == "done" or action == "gone" then
      if not round.exempt then retry.refund(world.purse, round.cost) end
      local info = about(round, fate)
      if action == "done" then return fate.value, info end
      info.already_gone = true
      return { sid = round.request.sid, removed = true }, info
    else
      return nil, failure(round, fate, detail), action
    end
  end
end

-- After a search that found nothing: may the round that ended in doubt with `err` go on? It has waited then, if any
-- answer in this call asked for it. Where not, err says why.
function Call:again (round, err)
  local world = self.world
  local asked = self.silence and self.silence > self:now() and self.silence - self:now() or nil
  local action, detail, cost = retry.resume(self:facts(round, { retry_after = asked }), world.times, world.random)
  if action == "stop" then
    err.reason, err.retry_after = detail, asked
    return false
  end
  self:prepare(round, err.cause, detail, cost)
  return true
end

-- A read inside this call, under its deadline but outside the retry budget: what decides whether an outcome is
-- known must not be saved on. `attempts`: as many at most.
function Call:read (request, attempts)
  local round = self:round(request)
  round.exempt, round.attempts = true, attempts or round.attempts
  return self:run(round)
end

-- Looks by find(attempts), which answers a value and info, or nil and perhaps err, until it is there, or the time for a
-- slow server and a lagging list is over. One attempt a look: the next look is the next attempt. Where no other could
-- see more, it ends with nil, err: by Twilio's own word, or because nothing goes out any more. Who else answers in
-- Twilio's place (a proxy, with a page) will not do so for ever.
function Call:settle (find)
  local t = self.world.times
  local wait, ends = t.look, self:now() + t.settle
  while true do
    local found, err = find(1)
    if found then return found, err end
    if err and not err.retryable and (err.code or not err.status) then return nil, err end
    local left = ends - self:now()
    local pause = math.max(math.min(wait, left), err and err.retry_after or 0)
    if left <= 0 or pause >= self:remaining() or err and err.reason == "retry_after" then return nil end
    self.world:sleep(pause)
    wait = wait * 2
  end
end

-- The info of a round whose effect was found by looking, with this info of the look's: a success like any other.
function Call:found (round, info)
  retry.refund(self.world.purse, round.cost)
  info.attempts, info.reconciled = round.tries, true
  return info
end

-- What a call came to, with what is told of the whole of it in the info or err.
function Call:finish (value, info)
  info.elapsed, info.hook_error = self:now() - self.started, self.hook_error
  if info.since then info.since = self:server_time(info.since) end
  return value, info
end

return { new = new }
