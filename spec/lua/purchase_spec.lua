local fake = require "spec.lua.fake"

local bought = fake.response(201, fake.record{ date_created = "Thu, 30 Jul 2015 23:19:04 +0000" },
                             { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
local taken = fake.problem(400, 21422, "not available")
local there = fake.response(200, fake.page{ fake.record() }, { date = "Thu, 30 Jul 2015 23:19:06 GMT" })
local absent = fake.response(200, fake.page{})

local buy, methods = fake.buy, fake.methods

describe("a purchase by number", function ()
  it("is one POST on a fresh connection, guarded, with a minute's patience", function ()
    local record, info, transport = buy{ bought }
    assert.equal(fake.sid, record.sid)
    assert.same({ 1, 201, nil, nil }, { info.attempts, info.status, info.already_owned, info.reconciled })
    local request = transport.requests[1]
    assert.same({ "POST", true, true, 60 }, { request.method, request.fresh, request.guard, request.timeout })
    assert.equal("POST", methods(transport))
  end)

  it("made good in the end costs the retry budget nothing, however often", function ()
    local posts, found
    local client = fake.client(fake.transport(function (request)
      if request.method == "GET" then return found and posts == 2 and there or absent end
      posts = posts + 1
      return (found or posts == 1) and fake.lost or bought
    end))
    for i = 1, 160 do
      posts, found = 0, i % 2 == 0
      assert.equal(fake.sid, (client.numbers.buy{ phone_number = fake.number } or {}).sid, i)
      assert.equal(2, posts)
    end
  end)

  it("passes over what is on sale without a number", function ()
    local rows = '{"available_phone_numbers":[{"phone_number":null},{},{"phone_number":7}],"uri":"/"}'
    local record, err = buy({ fake.response(200, rows) }, { area_code = 415 })
    assert.is_nil(record)
    assert.equal("table", type(err))
  end)

  it("searches within the retry budget", function ()
    local transport = fake.transport(fake.problem(503, 20503))
    local client = fake.client(transport)
    for _ = 1, 60 do client.numbers.buy{ area_code = 415 } end
    local before = #transport.requests
    client.numbers.buy{ area_code = 415 }
    assert.equal(before + 1, #transport.requests)
  end)

  it("may have a blank beside its area code, in another spelling", function ()
    local transport = fake.transport(fake.response(200, fake.available{ fake.number }), bought)
    local record = fake.client(transport).numbers.purchasePhoneNumber{ areaCode = "415", AreaCode = "" }
    assert.equal(fake.sid, record.sid)
  end)

  it("tells of a number that was owned before", function ()
    local old = fake.response(201, fake.record{ date_created = "Thu, 30 Jul 2015 23:18:50 +0000" },
                              { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
    local _, info = buy{ old }
    assert.is_true(info.already_owned)
  end)

  it("goes out again when it never left", function ()
    local record, info, transport = buy{ fake.unsent, fake.unsent, bought }
    assert.equal(fake.sid, record.sid)
    assert.equal(3, info.attempts)
    assert.equal("POST POST POST", methods(transport))
  end)

  it("goes out again after a 429", function ()
    local _, info, transport = buy{ fake.problem(429, 20429), bought }
    assert.equal(2, info.attempts)
    assert.equal("POST POST", methods(transport))
  end)

  it("is not available when the first definite answer says so", function ()
    local record, err, transport = buy{ fake.unsent, taken }
    assert.is_nil(record)
    assert.same({ "not_available", 21422, nil }, { err.kind, err.code, err.maybe_applied })
    assert.equal("POST POST", methods(transport))
  end)

  local doubts = {
    ["a broken connection"] = fake.lost,
    ["a timeout"] = { kind = "timeout", message = "late", sent = 1, transient = true },
    ["a failure that does not say whether it was sent"] = { kind = "network", message = "?" },
    ["a guard that struck"] = { kind = "network", message = "sent twice", sent = 2, transient = false },
    ["a 500"] = fake.problem(500, 20500),
    ["a 502 in HTML"] = fake.response(502, "<html>"),
    ["a 408"] = fake.response(408),
    ["a redirect"] = fake.response(307, "", { location = "https://elsewhere.example" }),
    ["a 201 cut short"] = fake.response(201, '{"sid":"PN1'),
    ["a 201 without a body"] = fake.response(201, ""),
    ["a 200 in HTML"] = fake.response(200, "<html>"),
    ["a 201 of another number"] = fake.response(201, fake.record{ phone_number = "+14155559999" }),
    ["a 201 without a SID"] = fake.response(201, '{"phone_number":"+14155550123"}'),
  }
  for name, doubt in pairs(doubts) do
    it("is looked for after " .. name, function ()
      local record, info, transport = buy{ doubt, there }
      assert.equal(fake.sid, record.sid)
      assert.is_true(info.reconciled)
      assert.equal("POST GET", methods(transport))
    end)
  end

  it("is looked for at the number itself, a few records at most", function ()
    local _, _, transport = buy{ fake.lost, there }
    assert.truthy(transport.requests[2].url:find("PhoneNumber=%2B14155550123&PageSize=20", 1, true))
  end)

  it("does not take a number that only resembles it", function ()
    local other = fake.response(200, fake.page{ fake.record{ phone_number = "+141555501234" } })
    local _, info, transport = buy({ fake.lost, other, there })
    assert.is_true(info.reconciled)
    assert.equal("POST GET GET", methods(transport))
  end)

  it("does not take for a number what has no number's SID", function ()
    local alien = fake.response(200, fake.page{ fake.record{ sid = "AC" .. ("1"):rep(32) } })
    local record, _, transport = buy({ fake.lost, alien, there })
    assert.same({ fake.sid, "POST GET GET" }, { record.sid, methods(transport) })
  end)

  it("is looked for at growing steps for eight seconds, then asked for again", function ()
    local record, info, transport = buy{ fake.lost, absent, absent, absent, absent, absent, absent, bought }
    assert.equal(fake.sid, record.sid)
    assert.equal(2, info.attempts)
    assert.same({ 0.5, 1, 2, 4, 0.5 }, transport.slept)
    assert.equal("POST GET GET GET GET GET GET POST", methods(transport))
  end)

  it("is asked for four times at most, and then in doubt, not failed", function ()
    local record, err, transport = buy{ function (request)
      return request.method == "POST" and fake.lost or absent
    end }
    assert.is_nil(record)
    assert.same({ "ambiguous", true, 4, true, "attempts", fake.number }, { err.kind, err.maybe_applied, err.attempts,
      err.sent, err.reason, err.phone_number })
    assert.equal("network", err.cause.kind)
    assert.equal(4, select(2, methods(transport):gsub("POST", "")))
  end)

  it("is looked for once more when the answer to its repetition is no", function ()
    local posts = 0
    local function answer (request, transport)
      if request.method == "GET" then return transport.late and there or absent end
      posts = posts + 1
      if posts == 1 then return fake.lost end
      transport.late = true
      return taken
    end
    local record, info = buy{ answer }
    assert.equal(fake.sid, record.sid)
    assert.is_true(info.reconciled)
  end)

  for name, refusal in pairs{ ["not available"] = taken, ["unauthorized"] = fake.problem(401, 20003) } do
    it("is in doubt when its repetition is " .. name .. " and it is not found", function ()
      local posts = 0
      local record, err = buy{ function (request)
        if request.method == "GET" then return absent end
        posts = posts + 1
        return posts == 1 and fake.lost or refusal
      end }
      assert.is_nil(record)
      assert.equal("ambiguous", err.kind)
      assert.equal(refusal.status, err.cause.status)
    end)
  end

  it("is in doubt when its repetitions never leave", function ()
    local posts = 0
    local _, err = buy{ function (request)
      if request.method == "GET" then return absent end
      posts = posts + 1
      return posts == 1 and fake.lost or fake.unsent
    end }
    assert.same({ "ambiguous", true }, { err.kind, err.maybe_applied })
  end)

  it("is in doubt when nobody can look", function ()
    local _, err = buy{ function (request)
      return request.method == "POST" and fake.lost or fake.problem(401, 20003)
    end }
    assert.same({ "ambiguous", "network" }, { err.kind, err.cause.kind })
  end)

  it("is in doubt at once where no look can succeed, and is not asked for again blindly", function ()
    local _, err, transport = buy{ fake.lost, fake.problem(401, 20003) }
    assert.same({ "ambiguous", "network", 1, 0, "POST GET" },
                { err.kind, err.cause.kind, err.attempts, err.elapsed, methods(transport) })
  end)

  it("looks on where it was not Twilio that answered the look", function ()
    local page = fake.response(403, "<html>", { ["content-type"] = "text/html" })
    local record, info, transport = buy{ fake.lost, page, there }
    assert.same({ fake.sid, true, "POST GET GET" }, { record and record.sid, info.reconciled, methods(transport) })
  end)

  it("is in doubt at once where the client is closed under it, and nothing else is sent", function ()
    local client
    local transport = fake.transport(function ()
      client:close()
      return { kind = "closed", message = "the client is closed", sent = 1, transient = false }
    end)
    client = fake.client(transport)
    local _, err = client.numbers.buy{ phone_number = fake.number }
    assert.same({ "ambiguous", "closed", 0, "POST" }, { err.kind, err.cause.kind, err.elapsed, methods(transport) })
  end)

  it("ends at its deadline, and keeps time to look", function ()
    local _, err, transport = buy({ function (request, transport)
      if request.method == "GET" then return absent end
      transport.clock = transport.clock + request.timeout
      return { kind = "timeout", message = "late", sent = 1, transient = true }
    end }, { phone_number = fake.number, deadline = 10 })
    assert.equal("ambiguous", err.kind)
    assert.truthy(transport.clock - 100 <= 10)
    assert.equal(7.5, transport.requests[1].timeout)
    assert.truthy(methods(transport):find("GET"))
  end)

  it("does not begin where no time is left for a round trip", function ()
    local record, err, transport = buy({ bought }, { phone_number = fake.number, deadline = 0.3 })
    assert.is_nil(record)
    assert.same({ "timeout", false, 0, 0, true, "deadline" },
                { err.kind, err.sent, err.attempts, #transport.requests, err.retryable, err.reason })
    assert.truthy(buy({ bought }, { phone_number = fake.number, deadline = 0.6 }))
    assert.truthy(buy({ bought }, nil, { timeout = 0.2 }))
  end)

  it("does not go out again where no time is left for a round trip", function ()
    for _, first in ipairs{ fake.unsent, fake.lost } do
      local _, err, transport = buy({ function (request, self)
        if request.method == "GET" then return absent end
        self.clock = self.clock + 9.6
        return first
      end }, { phone_number = fake.number, deadline = 10 })
      assert.equal("deadline", err.reason)
      assert.equal(1, select(2, methods(transport):gsub("POST", "")))
    end
  end)

  it("looks even with the retry budget spent, and says what kept it from more", function ()
    local transport = fake.transport(function (request)
      return request.method == "POST" and fake.lost or absent
    end)
    local client = fake.client(transport)
    local reason
    for _ = 1, 20 do
      local _, err = client.numbers.buy{ phone_number = fake.number }
      assert.equal("ambiguous", err.kind)
      reason = err.reason
    end
    assert.equal("retry_budget", reason)
    assert.equal("GET", transport.requests[#transport.requests].method)
  end)

  describe("of a number that the account had before", function ()
    local had = { date_created = "Thu, 30 Jul 2015 20:00:00 +0000" }
    local date = { date = "Thu, 30 Jul 2015 23:19:05 GMT" }
    local updated = fake.response(201, fake.record(had), date)
    local listed = fake.response(200, fake.page{ fake.record(had) }, date)
    local given = { phone_number = fake.number, voice_url = "https://example.com/voice" }

    -- The first so many POSTs are lost; what is bought and what is listed was ours before.
    local function with_lost (count)
      local posts = 0
      return { function (request)
        if request.method == "GET" then return listed end
        posts = posts + 1
        return posts <= count and fake.lost or updated
      end }
    end

    it("is found where nothing but the number was asked for", function ()
      local record, info, transport = buy(with_lost(1))
      assert.same({ fake.sid, true, true }, { record.sid, info.already_owned, info.reconciled })
      assert.equal("POST GET", methods(transport))
    end)

    it("goes out again where settings came with it, which may be lost", function ()
      local record, info, transport = buy(with_lost(1), given)
      assert.same({ fake.sid, true, nil, 2 }, { record.sid, info.already_owned, info.reconciled, info.attempts })
      assert.equal("POST", transport.requests[#transport.requests].method)
      assert.truthy(transport.requests[#transport.requests].body:find("VoiceUrl=", 1, true))
    end)

    it("is in doubt while those settings are, not done", function ()
      local record, err = buy(with_lost(9), given)
      assert.is_nil(record)
      assert.same({ "ambiguous", "attempts", true }, { err.kind, err.reason, err.retryable })
    end)
  end)

  it("with settings goes out again where nobody knows how new the number found is", function ()
    local undated = fake.response(200, fake.page{ fake.record() })
    local record, info = buy({ function (request, transport)
      if request.method == "GET" then return undated end
      return #transport.requests > 1 and bought or fake.lost
    end }, { phone_number = fake.number, voice_url = "https://a.b" })
    assert.same({ fake.sid, nil, 2 }, { record.sid, info.reconciled, info.attempts })
  end)

  it("tells about the look that found it, as any call does", function ()
    local seen = fake.response(200, there.body, { ["twilio-request-id"] = "RQ1" })
    local _, info = buy{ fake.lost, seen }
    assert.same({ 200, "RQ1", 1, true }, { info.status, info.request_id, info.attempts, info.reconciled })
  end)

  it("with settings is found, settings and all, where the number is new", function ()
    local record, info, transport = buy({ fake.lost, there }, { phone_number = fake.number, voice_url = "https://a.b" })
    assert.same({ fake.sid, true, nil }, { record.sid, info.reconciled, info.already_owned })
    assert.equal("POST GET", methods(transport))
  end)

  it("has typed forms that are as safe", function ()
    for _, name in ipairs{ "buy_local", "buy_mobile", "buy_toll_free", "purchasePhoneNumber" } do
      local transport = fake.transport(fake.lost, there)
      local record, info = fake.client(transport).numbers[name]{ phone_number = fake.number }
      assert.equal(fake.sid, record.sid)
      assert.is_true(info.reconciled)
      assert.truthy(transport.requests[2].url:find("/IncomingPhoneNumbers.json?", 1, true))
    end
  end)

  it("is looked for in the account that it was made for", function ()
    local other = "AC" .. ("b"):rep(32)
    local _, _, transport = buy({ fake.lost, there }, { phone_number = fake.number, account_sid = other })
    assert.truthy(transport.requests[1].url:find(other, 1, true))
    assert.truthy(transport.requests[2].url:find(other, 1, true))
  end)
end)

describe("on_intent", function ()
  it("hears of a purchase before its first byte", function ()
    local heard, requests
    local transport = fake.transport(bought)
    local client = fake.client(transport, { on_intent = function (intent)
      heard, requests = intent, #transport.requests
    end })
    client.numbers.buy{ phone_number = fake.number }
    assert.equal(0, requests)
    assert.same({ operation = "buy", phone_number = fake.number, account_sid = fake.account.sid }, heard)
  end)

  it("hears the time on the server's clock, never on ours: where no answer told it yet, none", function ()
    local search = fake.response(200, fake.available{ fake.number }, { date = "Thu, 30 Jul 2015 23:19:03 GMT" })
    local since
    buy({ search, bought }, { area_code = 415, on_intent = function (intent) since = intent.since end })
    assert.equal(1438298343, since)
    local _, err = buy{ fake.lost }
    assert.same({ "ambiguous", nil }, { err.kind, err.since })
    _, err = buy{ function (request, self)
      self.clock = self.clock + 1
      return request.method == "POST" and fake.lost or
             fake.response(200, fake.page{}, { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
    end, }
    assert.truthy(err.since >= 1438298300 and err.since < 1438298345)
  end)

  it("stops the purchase with an error, before anything is sent", function ()
    local transport = fake.transport(bought)
    local numbers = fake.client(transport).numbers
    local err = { "the journal is full" }
    local ok, raised = pcall(numbers.buy, { phone_number = fake.number, on_intent = function () error(err) end })
    assert.is_false(ok)
    assert.equal(err, raised)
    assert.equal(0, #transport.requests)
  end)

  it("in a call's table is heard in the place of the client's", function ()
    local heard = {}
    local function hear (name) return function () heard[#heard + 1] = name end end
    buy({ bought }, { phone_number = fake.number, on_intent = hear("call") }, { on_intent = hear("client") })
    assert.same({ "call" }, heard)
  end)

  it("is a setting of purchases alone", function ()
    local numbers = fake.client(fake.transport(bought)).numbers
    assert.has_error(function () numbers.release{ sid = fake.sid, on_intent = print } end)
  end)
end)
