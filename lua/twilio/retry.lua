-- The policy, pure: what one attempt's outcome means for the next. No clock, no sleep, no random numbers of its
-- own: they are handed in, and so are all times, in one table that a test may scale.

-- Seconds, and the attempts that one request may have.
local times = {
  attempts = 4,
  timeout = 30, money_timeout = 60,      -- of one attempt; money: a purchase or a call that rings a phone
  deadline = 60, money_deadline = 150,   -- of a whole call, with its waits and its reconciling
  money_least = 0.5,                     -- a connection and a round trip: with less time left no attempt begins
  backoff = 0.2, backoff_throttled = 1, backoff_max = 20,
  retry_after_max = 60,                  -- a longer Retry-After is told to the caller, not slept through
  look = 0.5, settle = 8,                -- a doubted purchase is looked for at growing steps from `look`, for `settle`
  skew = 5,                              -- how far two clocks of Twilio's, and whole seconds, may lie apart
}

-- The classes of requests:
--   reads     changes nothing
--   repeats   processed twice it leaves the world as once would have
--   looks     where it may have been processed, it can be looked for
--   money     costs money or rings a phone: a short time would manufacture doubt
--   harmless  its whole call may be made again without the risk of doing it twice
--   doubt     what is not known where one may have been processed
local classes = {
  read = { reads = true, repeats = true, harmless = true },
  delete = { repeats = true, harmless = true, doubt = "it is not known whether this was removed" },
  update = { repeats = true, harmless = true, doubt = "it is not known whether this was applied" },
  transfer = { looks = true, doubt = "it is not known whether the number was transferred" },
  buy = { looks = true, money = true, harmless = true, doubt = "it is not known whether the purchase was made" },
  verify = { money = true, doubt = "a verification call may have been placed" },
  create = { doubt = "it is not known whether this was made" },
}

-- The retry budget of a client: in a storm retries stop, first attempts go on.
local capacity, cost_failed, cost_throttled = 500, 10, 5

local function budget ()
  return { tokens = capacity }
end

-- A success after a retry gives back what that retry cost; one without a retry gives back a little.
local function refund (purse, cost)
  purse.tokens = math.min(capacity, purse.tokens + (cost or 1))
end

-- Full jitter: anything between nothing and a bound that doubles.
local function backoff (tries, throttled, t, random)
  local base = throttled and t.backoff_throttled or t.backoff
  return random() * math.min(t.backoff_max, base * 2 ^ (tries - 1))
end

-- One more attempt, after `wait` seconds or as many as the server asked for, at this cost. `fact` and answers as in
-- `decide`.
local function again (fact, wait, cost, t, random)
  local asked = fact.retry_after
  if asked then
    if asked > t.retry_after_max or asked > fact.remaining then return "stop", "retry_after" end
    wait = math.max(wait, asked) + random() * 0.1 * asked
  end
  if fact.tries >= fact.attempts then return "stop", "attempts" end
  if not fact.exempt and fact.tokens < cost then return "stop", "retry_budget" end
  if wait >= fact.remaining then return "stop", "deadline" end
  return "again", wait, cost
end

-- What to do after an attempt. `fact` holds: class; outcome (ok rejected throttled not_sent ambiguous); kind (of the
-- error; not_found is Twilio's own word, never another's 404); doubted (an earlier copy of this request may have been
-- processed); transient (another try may help); tries (attempts so far) of attempts; tokens (of the budget) or exempt;
-- remaining (seconds in which an attempt may begin); retry_after. Answers one of
--   "done"          the value is there
--   "gone"          a delete found nothing, and an earlier copy of the same delete explains it
--   "again", seconds, cost
--   "reconcile"     look whether it happened
--   "stop", reason  (reason: attempts, deadline, retry_after, retry_budget; nil where the answer is definite)
local function decide (fact, t, random)
  local outcome, class = fact.outcome, classes[fact.class]
  if outcome == "ok" then return "done" end
  if outcome == "rejected" then
    local explained = fact.class == "delete" and fact.kind == "not_found" and fact.doubted
    return explained and "gone" or "stop"
  end
  -- In doubt now, or since a transport sent it twice by itself: where that does harm, nothing goes out again unseen.
  if outcome == "ambiguous" and not class.repeats or fact.doubted and not class.harmless then
    return class.looks and "reconcile" or "stop"
  end
  if not fact.transient then return "stop" end

  local throttled = outcome == "throttled"
  return again(fact, backoff(fact.tries, throttled, t, random), throttled and cost_throttled or cost_failed, t, random)
end

-- What to do after "reconcile" found nothing, however long that took: "again" or "stop", as above. The search was the
-- wait; retry_after is what is left of one.
local function resume (fact, t, random)
  return again(fact, 0, cost_failed, t, random)
end

return { times = times, classes = classes, budget = budget, refund = refund, decide = decide, resume = resume }
