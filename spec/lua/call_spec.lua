local fake = require "spec.lua.fake"

local removed = fake.response(204)
local missing = fake.problem(404, 20404, "not found")
local page = fake.response(200, fake.page{ fake.record() })
local same = fake.response(200, fake.record())

-- What the function answers, with sid given, when the transport answers so.
local function call (name, answers, params, more)
  local transport = fake.play(answers)
  params = params or { sid = fake.sid }
  local value, info = fake.client(transport, more).numbers[name](params)
  return value, info, transport
end

describe("a read", function ()
  for name, trouble in pairs{ ["a broken connection"] = fake.lost, ["a refused one"] = fake.unsent,
                              ["a 503"] = fake.problem(503, 20503), ["a 429"] = fake.problem(429, 20429),
                              ["a 408"] = fake.response(408), ["HTML in a 200"] = fake.response(200, "<html>"),
                              ["a page of another shape"] = fake.response(200, "{}"),
                              ["an answer that is not HTTP"] =
                                { kind = "protocol", message = "no HTTP", sent = 1, transient = true } } do
    it("is tried again after " .. name, function ()
      local value, info, transport = call("list_incoming", { trouble, page }, {})
      assert.equal(fake.sid, value.incoming_phone_numbers[1].sid)
      assert.equal(2, info.attempts)
      assert.equal(2, #transport.requests)
    end)
  end

  it("fails after four attempts with what the last one met", function ()
    local value, err, transport = call("list_incoming", { fake.problem(503, 20503, "busy") }, {})
    assert.is_nil(value)
    assert.same({ "server", 503, 4, true, "attempts", true, nil },
                { err.kind, err.status, err.attempts, err.sent, err.reason, err.retryable, err.maybe_applied })
    assert.equal(4, #transport.requests)
    assert.equal(3, #transport.slept)
  end)

  it("fails unsent when no attempt got out", function ()
    local _, err = call("list_incoming", { fake.unsent }, {})
    assert.same({ "connect", false, true }, { err.kind, err.sent, err.retryable })
  end)

  for _, status in ipairs{ 400, 401, 403, 404, 405, 409, 410, 413, 422, 301, 307 } do
    it("is not tried again after a " .. status, function ()
      local _, err, transport = call("get_incoming", { fake.problem(status, 20001) })
      assert.equal(status, err.status)
      assert.is_false(err.retryable)
      assert.equal(1, #transport.requests)
    end)
  end

  it("does not take somebody else's 404 for Twilio's word that there is no such thing", function ()
    local _, err = call("get_incoming", { fake.response(404, "<html>not here") })
    assert.same({ "api", 404 }, { err.kind, err.status })
  end)

  it("is not tried again after a certificate that does not verify", function ()
    local _, err, transport = call("get_incoming", { { kind = "certificate", message = "self-signed", sent = 0,
                                                       transient = false } })
    assert.same({ "certificate", false, 1 }, { err.kind, err.sent, #transport.requests })
  end)

  it("obeys Retry-After, and tells of one that is too long", function ()
    local _, _, transport = call("get_incoming", { fake.response(429, "{}", { ["retry-after"] = "7" }), same })
    assert.truthy(transport.slept[1] >= 7 and transport.slept[1] <= 7.7)
    local _, err
    _, err, transport = call("get_incoming", { fake.response(503, "{}", { ["retry-after"] = "61" }), same })
    assert.same({ "server", 61, "retry_after", 0 }, { err.kind, err.retry_after, err.reason, #transport.slept })
  end)

  it("does not outlast its deadline, whatever its attempts take", function ()
    for _, deadline in ipairs{ 0.05, 1, 5, 40 } do
      local _, err, transport = call("get_incoming", { function (request, transport)
        transport.clock = transport.clock + request.timeout
        return { kind = "timeout", message = "late", sent = 1, transient = true }
      end }, { sid = fake.sid, deadline = deadline })
      assert.equal("timeout", err.kind)
      assert.truthy(transport.clock - 100 <= deadline)
      assert.truthy(err.elapsed <= deadline)
    end
  end)

  it("has lost its deadline, and may be made again, where a wait took longer than it should", function ()
    local transport = fake.transport(fake.unsent)
    local sleep = transport.sleep
    function transport.sleep (self, seconds) sleep(self, seconds + 9) end
    local _, err = fake.client(transport).numbers.get_incoming{ sid = fake.sid, deadline = 5 }
    assert.same({ "timeout", false, true, "deadline", 1 },
                { err.kind, err.sent, err.retryable, err.reason, #transport.requests })
  end)

  it("is given no more time than is left", function ()
    local _, _, transport = call("get_incoming", { same }, { sid = fake.sid, deadline = 3 })
    assert.equal(3, transport.requests[1].timeout)
    _, _, transport = call("get_incoming", { same }, nil, { timeout = 2 })
    assert.equal(2, transport.requests[1].timeout)
  end)

  it("stops at the attempts that were allowed", function ()
    local _, err, transport = call("get_incoming", { fake.lost }, nil, { max_attempts = 1 })
    assert.same({ "network", 1 }, { err.kind, #transport.requests })
  end)
end)

describe("a removal", function ()
  it("answers what it removed", function ()
    assert.same({ sid = fake.sid, removed = true }, (call("release", { removed })))
  end)

  it("is tried again in doubt, and a 404 then means that it was done", function ()
    missing.headers["twilio-request-id"] = "RQ1"
    for _, doubt in ipairs{ fake.lost, fake.problem(500, 20500) } do
      local value, info = call("release", { doubt, missing })
      assert.same({ sid = fake.sid, removed = true }, value)
      assert.same({ true, 404, "RQ1", 2 }, { info.already_gone, info.status, info.request_id, info.attempts })
    end
  end)

  it("is done when the transport sent it twice by itself, and the second copy met a 404", function ()
    local twice = fake.problem(404, 20404)
    twice.sent = 2
    local value, info = call("release", { twice })
    assert.is_true(value.removed)
    assert.is_true(info.already_gone)
  end)

  it("stays in doubt when it is somebody else's 404, not Twilio's, that follows", function ()
    for _, foreign in ipairs{ fake.response(404, "<html>not here"), fake.response(404),
                              fake.response(404, '{"message":"no route"}'), fake.problem(404, 404, "no route") } do
      local value, err, transport = call("release", { fake.lost, foreign })
      assert.is_nil(value)
      assert.same({ "ambiguous", "api", 404, 2 }, { err.kind, err.cause.kind, err.cause.status, #transport.requests })
    end
  end)

  it("that went out twice within an attempt is in doubt from then on, whatever the second copy met", function ()
    local throttled = fake.problem(429, 20429)
    throttled.sent = 2
    local value, info = call("release", { throttled, missing })
    assert.is_true(value.removed)
    assert.is_true(info.already_gone)
    local forbidden = fake.problem(403, 20003)
    forbidden.sent = 2
    local _, err = call("release", { forbidden })
    assert.same({ "ambiguous", 403 }, { err.kind, err.cause.status })
  end)

  it("is not done when somebody in between answers in HTML, and is tried again", function ()
    local value, info, transport = call("release", { fake.response(200, "<html>"), missing })
    assert.is_true(value.removed)
    assert.is_true(info.already_gone)
    assert.equal(2, #transport.requests)
  end)

  it("is done with a 204, or a 200 whose body is empty or JSON", function ()
    for _, answer in ipairs{ fake.response(204, "<html>"), fake.response(200), fake.response(200, '{"a":1}') } do
      assert.is_true(call("release", { answer }).removed)
    end
  end)

  it("of what is not there is an error, also after attempts that never left or were throttled", function ()
    for _, before in ipairs{ fake.unsent, fake.problem(429, 20429) } do
      local value, err = call("release", { before, missing })
      assert.is_nil(value)
      assert.same({ "not_found", nil }, { err.kind, err.maybe_applied })
    end
    local _, err = call("release", { missing })
    assert.equal("not_found", err.kind)
  end)

  it("is in doubt, not failed, when doubt was the last word", function ()
    for _, ending in ipairs{ fake.lost, fake.problem(401, 20003), fake.unsent } do
      local _, err = call("release", { fake.lost, ending })
      assert.same({ "ambiguous", true }, { err.kind, err.maybe_applied })
      assert.equal("twilio.error", getmetatable(err.cause))
    end
  end)

  it("in doubt tells since when: since its first attempt, on the server's clock", function ()
    local _, err = call("release", { function (_, transport)
      transport.clock = transport.clock + 10
      return fake.lost
    end, fake.response(500, "", { date = "Thu, 30 Jul 2015 23:19:05 GMT" }) }, nil, { max_attempts = 2 })
    assert.same({ "ambiguous", 1438298345 - err.elapsed }, { err.kind, err.since })
  end)

  it("in doubt tells of what, in whose account, and what the last answer said", function ()
    local _, err = call("release", { fake.response(503, "{}", { ["retry-after"] = "61",
                                                                ["twilio-request-id"] = "RQ1" }) })
    assert.same({ fake.sid, fake.account.sid, 503, "RQ1", 61 },
                { err.sid, err.account_sid, err.status, err.request_id, err.retry_after })
  end)

  it("is not guarded: a second copy does no harm", function ()
    local _, _, transport = call("release", { removed })
    assert.same({ false, false }, { transport.requests[1].guard, transport.requests[1].fresh })
  end)
end)

describe("an update", function ()
  local given = { sid = fake.sid, friendly_name = "x" }

  it("is tried again in doubt", function ()
    local value, info = call("update_incoming", { fake.lost, fake.problem(502, 20502), same }, given)
    assert.equal(fake.sid, value.sid)
    assert.equal(3, info.attempts)
  end)

  it("is in doubt when its success cannot be read, and is not tried again for that", function ()
    local _, err, transport = call("update_incoming", { fake.response(200, "{") }, given)
    assert.same({ "ambiguous", "protocol", 1 }, { err.kind, err.cause.kind, #transport.requests })
  end)

  it("is refused, not in doubt, when it was refused at once", function ()
    local _, err = call("update_incoming", { fake.problem(400, 21402) }, given)
    assert.same({ "api", 21402, nil }, { err.kind, err.code, err.maybe_applied })
  end)
end)

describe("a verification call", function ()
  local given = { phone_number = fake.number }

  it("is never placed again in doubt", function ()
    for _, doubt in ipairs{ fake.lost, fake.problem(500, 20500), fake.response(200, "<html>") } do
      local _, err, transport = call("add_outgoing", { doubt }, given)
      assert.same({ "ambiguous", true, false, 1 },
                  { err.kind, err.maybe_applied, err.retryable, #transport.requests })
      assert.truthy(tostring(err):find("may have been placed", 1, true))
    end
  end)

  it("is not placed again where the transport sent it twice by itself, whatever the second copy met", function ()
    for _, answer in ipairs{ fake.problem(429, 20429), fake.problem(403, 20003) } do
      answer.sent = 2
      local _, err, transport = call("add_outgoing", { answer }, given)
      assert.same({ "ambiguous", answer.status, false, 1 },
                  { err.kind, err.cause.status, err.retryable, #transport.requests })
    end
  end)

  it("has a minute's patience", function ()
    local _, _, transport = call("add_outgoing", { fake.lost }, given)
    assert.equal(60, transport.requests[1].timeout)
  end)

  it("does not wait for a Retry-After behind which there is no time for a round trip", function ()
    local _, err, transport = call("add_outgoing", { function (_, transport)
      transport.clock = transport.clock + 0.75
      return fake.response(429, "{}", { ["retry-after"] = "9" })
    end }, { phone_number = fake.number, deadline = 10 })
    assert.same({ "throttled", "retry_after", 0 }, { err.kind, err.reason, #transport.slept })
  end)

  it("is placed again when it was not placed", function ()
    local answer = fake.response(201, ('{"phone_number":"%s","validation_code":"123456"}'):format(fake.number))
    local value, _, transport = call("add_outgoing", { fake.unsent, fake.problem(429, 20429), answer }, given)
    assert.equal("123456", value.validation_code)
    assert.same({ true, true }, { transport.requests[1].guard, transport.requests[1].fresh })
  end)
end)

describe("what makes something new", function ()
  it("is not sent again in doubt", function ()
    local _, err, transport = call("assign_add_on", { fake.lost }, { resource_sid = fake.sid,
                                                                    installed_add_on_sid = "XE" .. ("1"):rep(32) })
    assert.same({ "ambiguous", 1, true }, { err.kind, #transport.requests, transport.requests[1].guard })
  end)
end)

describe("looking for what is in doubt", function ()
  local buy, methods = fake.buy, fake.methods
  local bought, there, absent = fake.response(201, fake.record()), page, fake.response(200, fake.page{})

  it("asks an outage no more than its looks need: each is one request", function ()
    local _, err, transport = buy{ fake.problem(503, 20503) }
    assert.same({ "ambiguous", 4, "attempts" }, { err.kind, err.attempts, err.reason })
    assert.equal(4 * (1 + 6), #transport.requests)
  end)

  it("and going out again after it is told to on_retry like any other repetition", function ()
    local posts, heard = 0, {}
    buy({ function (request)
      if request.method == "GET" then return absent end
      posts = posts + 1
      return posts == 1 and fake.problem(500, 20500) or bought
    end }, nil, { on_retry = function (event) heard[#heard + 1] = event end })
    assert.same({ { operation = "buy", attempt = 1, wait = 0, kind = "server", status = 500 } }, heard)
  end)

  it("looks again at its last chance, where the first look fails", function ()
    local posts, looks = 0, 0
    local record, info = buy{ function (request)
      if request.method == "POST" then
        posts = posts + 1
        return posts == 1 and fake.lost or fake.problem(401, 20003)
      end
      if posts == 1 then return absent end
      looks = looks + 1
      return looks < 3 and fake.problem(503, 20503) or there
    end }
    assert.same({ fake.sid, true }, { record and record.sid, info.reconciled })
  end)

  -- A POST's or a look's answer that asks for `seconds` of silence.
  local function busy (seconds) return fake.response(503, "{}", { ["retry-after"] = tostring(seconds) }) end

  it("goes out again no sooner than Retry-After allowed", function ()
    local posts, at = 0, {}
    local record, _, transport = buy{ function (request, self)
      if request.method == "GET" then return absent end
      posts = posts + 1
      at[posts] = self.clock
      return posts == 1 and busy(30) or bought
    end }
    assert.equal(fake.sid, record.sid)
    assert.truthy(at[2] - at[1] >= 30 and at[2] - at[1] <= 33)
    assert.equal("POST GET GET GET GET GET GET POST", methods(transport))
  end)

  it("is not asked for again sooner for a shorter Retry-After of a look", function ()
    local posts, looks, at = 0, 0, {}
    buy{ function (request, self)
      if request.method == "GET" then
        looks = looks + 1
        return looks == 1 and busy(2) or absent
      end
      posts = posts + 1
      at[posts] = self.clock
      return posts == 1 and busy(30) or bought
    end }
    assert.truthy(at[2] - at[1] >= 30)
  end)

  it("is in doubt, and says for how long it may not go out again, where that is too long", function ()
    for _, seconds in ipairs{ 90, 3600 } do
      local _, err, transport = buy{ function (request)
        return request.method == "POST" and busy(seconds) or absent
      end }
      assert.same({ "ambiguous", "retry_after", 1 }, { err.kind, err.reason, err.attempts })
      assert.truthy(err.retry_after <= seconds and err.retry_after >= seconds - 10)
      assert.equal("POST GET GET GET GET GET GET", methods(transport))
    end
  end)

  it("looks again no sooner than Retry-After allowed", function ()
    local posts, looks = 0, {}
    local _, info = buy{ function (request, self)
      if request.method == "POST" then
        posts = posts + 1
        return posts == 1 and fake.lost or bought
      end
      looks[#looks + 1] = self.clock
      return #looks == 1 and busy(5) or there
    end }
    assert.is_true(info.reconciled)
    assert.truthy(looks[2] - looks[1] >= 5)
  end)

  it("ends in an error that tells of the looks too: their time, the server's clock, a hook's error", function ()
    local _, err = buy({ function (request)
      if request.method == "POST" then return fake.lost end
      return fake.response(200, fake.page{}, { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
    end }, nil, { max_attempts = 1, on_response = function (event)
      if event.method == "GET" then error("a hook's own trouble", 0) end
    end })
    assert.same({ "ambiguous", 8, 1438298345 - 8, "a hook's own trouble" },
                { err.kind, err.elapsed, err.since, err.hook_error })
  end)

  it("neither looks nor goes out again where a look is told to wait too long", function ()
    local _, err, transport = buy{ fake.lost, busy(61) }
    assert.same({ "ambiguous", "retry_after", 61, "POST GET" },
                { err.kind, err.reason, err.retry_after, methods(transport) })
  end)
end)
