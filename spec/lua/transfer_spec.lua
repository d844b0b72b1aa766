local fake = require "spec.lua.fake"

local target = "AC" .. ("b"):rep(32)
local given = { sid = fake.sid, transfer_to = target }
local there = fake.response(200, fake.record{ account_sid = target })
local still_here = fake.response(200, fake.record{ account_sid = fake.account.sid })
local missing = fake.problem(404, 20404)

local function transfer (...)
  local transport = fake.transport(...)
  local value, info = fake.client(transport).numbers.update_incoming(given)
  return value, info, transport
end

describe("a transfer", function ()
  it("is one guarded POST", function ()
    local value, _, transport = transfer(there)
    assert.equal(target, value.account_sid)
    assert.same({ 1, true }, { #transport.requests, transport.requests[1].guard })
    assert.truthy(transport.requests[1].body:find("AccountSid=" .. target, 1, true))
  end)

  it("in doubt is looked for in the other account, and never sent again", function ()
    local value, info, transport = transfer(fake.lost, missing, still_here, there)
    assert.equal(target, value.account_sid)
    assert.is_true(info.reconciled)
    for i = 2, 4 do
      assert.equal("GET", transport.requests[i].method)
      assert.truthy(transport.requests[i].url:find("/Accounts/" .. target .. "/", 1, true))
    end
  end)

  it("is found however the account is written", function ()
    local upper = fake.response(200, fake.record{ account_sid = "AC" .. ("B"):rep(32) })
    local value, info = transfer(fake.lost, upper)
    assert.same({ fake.sid, true }, { value and value.sid, info.reconciled })
  end)

  it("in doubt tells about the look that found it, as any call does", function ()
    there.headers["twilio-request-id"] = "RQ1"
    local _, info = transfer(fake.lost, there)
    assert.same({ 200, "RQ1", 1, true }, { info.status, info.request_id, info.attempts, info.reconciled })
  end)

  describe("with settings, in doubt,", function ()
    local with_settings = { sid = fake.sid, transfer_to = target, voice_url = "https://a.b" }
    local date = { date = "Thu, 30 Jul 2015 23:19:05 GMT" }

    local function found (updated)
      local record = fake.record{ account_sid = target, date_updated = updated }
      return fake.client(fake.transport(fake.lost, fake.response(200, record, date)))
        .numbers.update_incoming(with_settings)
    end

    it("is found where the number was changed since", function ()
      local record, info = found "Thu, 30 Jul 2015 23:19:04 +0000"
      assert.same({ fake.sid, true }, { record and record.sid, info.reconciled })
    end)

    it("stays in doubt where the number was there before, as it was, or nobody knows", function ()
      for _, updated in ipairs{ "Thu, 30 Jul 2015 23:18:50 +0000", "" } do
        local record, err = found(updated)
        assert.same({ nil, "ambiguous" }, { record, err.kind })
      end
    end)
  end)

  it("that is not found stays in doubt", function ()
    local value, err, transport = transfer(function (request)
      return request.method == "POST" and fake.lost or missing
    end)
    assert.is_nil(value)
    assert.same({ "ambiguous", true, false }, { err.kind, err.maybe_applied, err.retryable })
    local posts = 0
    for _, request in ipairs(transport.requests) do posts = posts + (request.method == "POST" and 1 or 0) end
    assert.equal(1, posts)
  end)

  it("is in doubt at once where no look can succeed", function ()
    local _, err, transport = transfer(fake.lost, fake.problem(401, 20003))
    assert.same({ "ambiguous", 0, 2 }, { err.kind, err.elapsed, #transport.requests })
  end)

  it("in doubt tells since when, on the server's clock, where a look alone told that", function ()
    local _, err = transfer(fake.lost, fake.response(200, fake.record{ account_sid = fake.account.sid },
                                                     { date = "Thu, 30 Jul 2015 23:19:05 GMT" }))
    assert.same({ 8, 1438298345 - 8 }, { err.elapsed, err.since })
  end)

  it("keeps time to look, whatever its deadline", function ()
    local transport = fake.transport(function (request, self)
      if request.method == "GET" then return there end
      self.clock = self.clock + request.timeout
      return { kind = "timeout", message = "late", sent = 1, transient = true }
    end)
    local value = fake.client(transport).numbers.update_incoming{ sid = fake.sid, transfer_to = target, deadline = 10 }
    assert.same({ target, 7.5 }, { value and value.account_sid, transport.requests[1].timeout })
  end)

  it("is looked for again no sooner than Retry-After allowed", function ()
    local value, _, transport = transfer(fake.lost, fake.response(503, "{}", { ["retry-after"] = "5" }), there)
    assert.same({ target, { 5 } }, { value and value.account_sid, transport.slept })
  end)

  it("asks an outage no more than its looks need: each is one request", function ()
    local _, err, transport = transfer(fake.problem(503, 20503))
    assert.same({ "ambiguous", 1 + 6 }, { err.kind, #transport.requests })
  end)

  it("goes out again when it never left", function ()
    local value, info = transfer(fake.unsent, there)
    assert.equal(target, value.account_sid)
    assert.equal(2, info.attempts)
  end)

  for name, answer in pairs{ throttled = fake.problem(429, 20429), refused = fake.problem(404, 20404) } do
    it("that a transport sent twice by itself is looked for, and not sent again, where it was " .. name, function ()
      answer.sent = 2
      local value, info, transport = transfer(answer, still_here, there)
      assert.same({ target, true, "POST GET GET" },
                  { value and value.account_sid, info.reconciled, fake.methods(transport) })
    end)
  end

  it("that is refused has failed", function ()
    local _, err = transfer(fake.problem(400, 21470))
    assert.same({ "api", nil }, { err.kind, err.maybe_applied })
  end)
end)
