local retry = require "twilio.retry"

-- What decide answers for these facts; what is left out is an ordinary first attempt of a read that failed on the way.
local function decide (given, random, times)
  local fact = { class = "read", outcome = "ambiguous", doubted = false, transient = true, tries = 1,
                 attempts = 4, tokens = 500, remaining = 60 }
  for name, value in pairs(given) do fact[name] = value end
  return retry.decide(fact, times or retry.times, random or function () return 0.5 end)
end

describe("the retry policy", function ()
  -- class = { not_sent, throttled, ambiguous, rejected }
  local table_by_class = {
    read = { "again", "again", "again", "stop" },
    delete = { "again", "again", "again", "stop" },
    update = { "again", "again", "again", "stop" },
    transfer = { "again", "again", "reconcile", "stop" },
    buy = { "again", "again", "reconcile", "stop" },
    verify = { "again", "again", "stop", "stop" },
    create = { "again", "again", "stop", "stop" },
  }
  for class, row in pairs(table_by_class) do
    for i, outcome in ipairs{ "not_sent", "throttled", "ambiguous", "rejected" } do
      it("answers a " .. class .. " that was " .. outcome .. " with " .. row[i], function ()
        assert.equal(row[i], (decide{ class = class, outcome = outcome }))
      end)
    end
  end

  it("is done with a success", function ()
    assert.equal("done", (decide{ outcome = "ok" }))
  end)

  it("takes a delete of what is not there for done only when an earlier copy explains it", function ()
    local function of (given)
      given.class, given.outcome, given.kind = given.class or "delete", "rejected", given.kind or "not_found"
      return (decide(given))
    end
    assert.equal("stop", of{})
    assert.equal("gone", of{ doubted = true })
    assert.equal("stop", of{ doubted = true, kind = "api" })
    assert.equal("stop", of{ doubted = true, class = "update" })
  end)

  it("does not try again what another try cannot help", function ()
    assert.equal("stop", (decide{ transient = false }))
  end)

  it("looks for a doubted purchase even where another try is of no use", function ()
    assert.equal("reconcile", (decide{ class = "buy", transient = false }))
  end)

  for class, action in pairs{ read = "again", delete = "again", update = "again", buy = "again", transfer = "reconcile",
                              verify = "stop", create = "stop" } do
    it("answers a " .. class .. " that is throttled, with an earlier copy in doubt, with " .. action, function ()
      assert.equal(action, (decide{ class = class, outcome = "throttled", doubted = true }))
    end)
  end

  it("stops after the attempts allowed", function ()
    assert.same({ "stop", "attempts" }, { decide{ tries = 4 } })
    assert.equal("again", (decide{ tries = 3 }))
  end)

  it("waits a random part of a bound that doubles up to twenty seconds", function ()
    local bounds = {}
    for tries = 1, 9 do
      local _, wait = decide({ tries = tries, attempts = 10, remaining = 1000 }, function () return 1 end)
      bounds[tries] = wait
    end
    assert.same({ 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20, 20 }, bounds)
    local _, none = decide({}, function () return 0 end)
    assert.equal(0, none)
  end)

  it("starts at a second after a 429", function ()
    local _, wait = decide({ outcome = "throttled" }, function () return 1 end)
    assert.equal(1, wait)
  end)

  it("waits as long as Retry-After asks, and up to a tenth more", function ()
    local _, least = decide({ retry_after = 10 }, function () return 0 end)
    local _, most = decide({ retry_after = 10 }, function () return 1 end)
    assert.same({ 10, 11 }, { least, most })
  end)

  it("waits longer than Retry-After asks where it would have anyway", function ()
    local _, wait = decide({ retry_after = 1, tries = 8, attempts = 9 }, function () return 1 end)
    assert.equal(20.1, wait)
  end)

  it("tells the caller of a Retry-After over a minute, or over the deadline, instead of sleeping", function ()
    assert.same({ "stop", "retry_after" }, { decide{ retry_after = 61, remaining = 100 } })
    assert.same({ "stop", "retry_after" }, { decide{ retry_after = 9, remaining = 8 } })
  end)

  it("never sleeps past the deadline", function ()
    assert.same({ "stop", "deadline" }, { decide{ tries = 3, remaining = 0.3 } })
  end)

  it("pays ten for a retry and five for one after a 429", function ()
    assert.equal(10, (select(3, decide{})))
    assert.equal(5, (select(3, decide{ outcome = "throttled" })))
  end)

  it("stops when the budget is spent, but not where a purchase is looked for", function ()
    assert.same({ "stop", "retry_budget" }, { decide{ tokens = 9 } })
    assert.equal("again", (decide{ tokens = 9, outcome = "throttled" }))
    assert.equal("again", (decide{ tokens = 0, exempt = true }))
  end)

  it("lets a purchase that was not found go out again within attempts, budget and deadline", function ()
    local function resume (given)
      local fact = { class = "buy", tries = 1, attempts = 4, tokens = 500, remaining = 10 }
      for name, value in pairs(given) do fact[name] = value end
      return { retry.resume(fact, retry.times, function () return 1 end) }
    end
    assert.same({ "again", 0, 10 }, resume{})
    assert.same({ "again", 5.5, 10 }, resume{ retry_after = 5 })
    assert.same({ "stop", "retry_after" }, resume{ retry_after = 11 })
    assert.same({ "stop", "attempts" }, resume{ tries = 4 })
    assert.same({ "stop", "retry_budget" }, resume{ tokens = 3 })
    assert.same({ "stop", "deadline" }, resume{ remaining = 0 })
  end)

  it("refunds a retry that helped, and never fills the budget beyond its size", function ()
    local purse = retry.budget()
    assert.equal(500, purse.tokens)
    purse.tokens = 100
    retry.refund(purse, 10)
    assert.equal(110, purse.tokens)
    retry.refund(purse)
    assert.equal(111, purse.tokens)
    purse.tokens = 500
    retry.refund(purse, 10)
    assert.equal(500, purse.tokens)
  end)
end)
