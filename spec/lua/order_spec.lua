local fake = require "spec.lua.fake"

local bought = fake.response(201, fake.record{ date_created = "Thu, 30 Jul 2015 23:19:04 +0000" },
                             { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
local taken = fake.problem(400, 21422, "not available")
local there = fake.response(200, fake.page{ fake.record() }, { date = "Thu, 30 Jul 2015 23:19:06 GMT" })
local absent = fake.response(200, fake.page{})

local buy, methods = fake.buy, fake.methods

describe("a purchase by area code", function ()
  local found = fake.response(200, fake.available{ fake.number })

  it("searches, and buys a number that it found, never by the area code", function ()
    local record, _, transport = buy({ found, bought }, { areaCode = "415", friendly_name = "front desk" })
    assert.equal(fake.sid, record.sid)
    assert.truthy(transport.requests[1].url:find("/AvailablePhoneNumbers/US/Local.json?AreaCode=415", 1, true))
    assert.truthy(transport.requests[2].body:find("PhoneNumber=%2B14155550123", 1, true))
    assert.truthy(transport.requests[2].body:find("FriendlyName=front", 1, true))
    assert.is_nil(transport.requests[2].body:find("AreaCode"))
  end)

  it("keeps to the account and the version that the call names", function ()
    local other = "AC" .. ("b"):rep(32)
    local given = { area_code = 415, accountSid = other, authToken = "t", ApiUrl = "https://localhost",
                    api_version = "2008-08-01" }
    local _, _, transport = buy({ found, fake.lost, there }, given)
    for i = 1, 3 do
      assert.truthy(transport.requests[i].url:find("^https://localhost/2008%-08%-01/Accounts/" .. other .. "/"))
      assert.is_true(transport.requests[i].account:matches(other, "t"))
    end
  end)

  it("tells of a hook's error where it finds none", function ()
    local _, err = buy({ fake.response(200, fake.available{}) }, { area_code = 415 },
                       { on_request = function () error("a hook's own trouble", 0) end })
    assert.same({ "not_available", 0, "a hook's own trouble" }, { err.kind, err.elapsed, err.hook_error })
  end)

  it("searches Canada where the United States have none", function ()
    local _, _, transport = buy({ fake.response(200, fake.available{}), found, bought }, { area_code = 604 })
    assert.truthy(transport.requests[2].url:find("/CA/Local.json?AreaCode=604", 1, true))
  end)

  it("searches Canada where Twilio knows no such numbers in the United States, but not on another's word", function ()
    local _, _, transport = buy({ fake.problem(404, 20404), found, bought }, { area_code = 604 })
    assert.truthy(transport.requests[2].url:find("/CA/Local.json?AreaCode=604", 1, true))
    local _, err
    _, err, transport = buy({ fake.response(404, "<html>"), found, bought }, { area_code = 604 })
    assert.same({ "api", 404, "GET" }, { err.kind, err.status, methods(transport) })
  end)

  it("searches toll-free numbers for a toll-free code", function ()
    local _, _, transport = buy({ found, bought }, { area_code = 888 })
    assert.truthy(transport.requests[1].url:find("/US/TollFree.json?AreaCode=888", 1, true))
  end)

  it("tries the next candidate after a definite refusal, five at most", function ()
    local list = {}
    for i = 1, 9 do list[i] = ("+1415555000%d"):format(i) end
    local many = fake.response(200, fake.available(list))
    local record, err, transport = buy({ many, taken }, { area_code = 415 })
    assert.is_nil(record)
    assert.equal("not_available", err.kind)
    assert.equal("GET POST POST POST POST POST", methods(transport))
    local seen = {}
    for i = 2, 6 do seen[transport.requests[i].body] = true end
    local different = 0
    for _ in pairs(seen) do different = different + 1 end
    assert.equal(5, different)
  end)

  it("never moves on from a candidate in doubt", function ()
    local many = fake.response(200, fake.available{ "+14155550001", "+14155550002" })
    local posts = {}
    local record, err = buy({ function (request)
      if request.url:find("Available") then return many end
      if request.method == "GET" then return absent end
      posts[request.body] = true
      return fake.lost
    end }, { area_code = 415 })
    assert.is_nil(record)
    assert.equal("ambiguous", err.kind)
    assert.truthy(err.phone_number)
    assert.is_false(err.retryable)
    assert.is_nil(next(posts, (next(posts))))
  end)

  it("tells of a number that the account had already, and buys no other for it", function ()
    local many = fake.response(200, fake.available{ "+14155550001", "+14155550002" })
    local record, info, transport = buy({ many, function (request)
      local number = "+" .. request.body:match("%%2B(%d+)")
      return fake.response(201, fake.record{ phone_number = number, date_created = "Thu, 30 Jul 2015 23:00:04 +0000" },
                           { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
    end }, { area_code = 415 })
    assert.truthy(record)
    assert.is_true(info.already_owned)
    assert.equal("GET POST", methods(transport))
  end)

  it("does not go after a number that the same client is after already", function ()
    local many = fake.response(200, fake.available{ "+14155550001", "+14155550002", "+14155550003" })
    local bought_numbers = {}
    local transport = fake.transport(function (request)
      if request.method == "GET" then return many end
      local number = "+" .. request.body:match("%%2B(%d+)")
      bought_numbers[#bought_numbers + 1] = number
      return fake.response(201, fake.record{ phone_number = number }, { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
    end)
    local client = fake.client(transport)
    for _ = 1, 3 do assert.truthy(client.numbers.buy{ area_code = 415 }) end
    table.sort(bought_numbers)
    assert.same({ "+14155550001", "+14155550002", "+14155550003" }, bought_numbers)
    local record, err = client.numbers.buy{ area_code = 415 }
    assert.is_nil(record)
    assert.same({ "not_available", true }, { err.kind, err.retryable })
    assert.truthy(err.message:find("after every number", 1, true))
    transport.clock = transport.clock + 151
    assert.truthy(client.numbers.buy{ area_code = 415 })
  end)

  it("does not go after it for as long as that other call may last", function ()
    local transport = fake.transport(function (request)
      if request.method == "GET" then return found end
      return fake.response(201, fake.record(), { date = "Thu, 30 Jul 2015 23:19:05 GMT" })
    end)
    local numbers = fake.client(transport).numbers
    assert.truthy(numbers.buy{ area_code = 415, deadline = 600 })
    transport.clock = transport.clock + 599
    assert.is_nil((numbers.buy{ area_code = 415 }))
    transport.clock = transport.clock + 2
    assert.truthy((numbers.buy{ area_code = 415 }))
  end)

  it("does not go after it for as long as another call may last, however short its own", function ()
    local transport = fake.transport(found, bought, found, bought)
    local numbers = fake.client(transport).numbers
    assert.truthy(numbers.buy{ area_code = 415, deadline = 5 })
    transport.clock = transport.clock + 149
    assert.is_nil((numbers.buy{ area_code = 415 }))
  end)

  it("does not go after a number that another call buys by name, unless that one was refused", function ()
    for refusal, methods_then in pairs{ [false] = "GET", [taken] = "GET POST" } do
      local transport = fake.transport(refusal or bought, found, bought)
      local numbers = fake.client(transport).numbers
      numbers.buy{ phone_number = fake.number }
      numbers.buy{ area_code = 415 }
      assert.equal("POST " .. methods_then, methods(transport))
    end
  end)

  it("does not go after a number in doubt, whatever came of another call that named it", function ()
    for _, other in ipairs{ fake.unsent, fake.problem(400, 21502) } do
      local step, answers = 1, { fake.lost, other, bought }
      local transport = fake.transport(function (request)
        if request.method == "GET" then
          if request.url:find("/Available", 1, true) then return found end
          return fake.problem(401, 20003)  -- no look can tell
        end
        return answers[step]
      end)
      local numbers = fake.client(transport, { max_attempts = 1 }).numbers
      assert.equal("ambiguous", select(2, numbers.buy{ area_code = 415 }).kind)
      step = 2
      assert.is_nil((numbers.buy{ phone_number = fake.number }))
      step = 3
      assert.equal("not_available", select(2, numbers.buy{ area_code = 415 }).kind)
    end
  end)

  it("lets go of a number that was refused, or never asked for", function ()
    local refusals = { taken, fake.unsent }
    for _, refusal in ipairs(refusals) do
      local posts = 0
      local transport = fake.transport(function (request)
        if request.method == "GET" then return found end
        posts = posts + 1
        return posts > 4 and bought or refusal
      end)
      local numbers = fake.client(transport).numbers
      local record
      for _ = 1, 5 do record = record or numbers.buy{ area_code = 415 } end
      assert.equal(fake.sid, record.sid)
    end
  end)

  it("lets go of a number whose intent could not be kept, and passes that error on as it is", function ()
    local transport = fake.transport(found, found, bought)
    local numbers = fake.client(transport).numbers
    local trouble = { "the journal is full" }
    local ok, raised = pcall(numbers.buy, { area_code = 415, on_intent = function () error(trouble) end })
    assert.same({ false, true }, { ok, raised == trouble })
    assert.equal(fake.sid, (numbers.buy{ area_code = 415 } or {}).sid)
    assert.equal("GET GET POST", methods(transport))
  end)

  it("gives up on any other refusal", function ()
    local many = fake.response(200, fake.available{ "+14155550001", "+14155550002" })
    local _, err, transport = buy({ many, fake.problem(400, 21631, "an address is required") }, { area_code = 415 })
    assert.equal(21631, err.code)
    assert.equal("GET POST", methods(transport))
  end)

  it("is not available where nothing is for sale", function ()
    local record, err = buy({ fake.response(200, fake.available{}) }, { area_code = 415 })
    assert.is_nil(record)
    assert.same({ "not_available", false, 0, false }, { err.kind, err.sent, err.attempts, err.retryable })
  end)

  it("goes out as it is for test credentials, which may not search, and then once at most", function ()
    local record, _, transport = buy({ fake.problem(403, 20008), bought }, { area_code = 500 })
    assert.equal(fake.sid, record.sid)
    assert.equal("AreaCode=500", transport.requests[2].body)
    local _, err
    _, err, transport = buy({ fake.problem(403, 20008), fake.lost }, { area_code = 500 })
    assert.same({ "ambiguous", "GET POST", false }, { err.kind, methods(transport), err.retryable })
  end)

  it("never goes out as it is after a candidate, whatever the refusal", function ()
    local _, err, transport = buy({ found, fake.problem(403, 20008) }, { area_code = 415 })
    assert.same({ 20008, "GET POST" }, { err.code, methods(transport) })
  end)

  it("buys nothing when the search fails", function ()
    local record, err, transport = buy({ fake.problem(401, 20003) }, { area_code = 415 })
    assert.is_nil(record)
    assert.same({ "auth", "search_local" }, { err.kind, err.operation })
    assert.equal("GET", methods(transport))
  end)

  it("has no typed forms", function ()
    local numbers = fake.client(fake.transport(found)).numbers
    for _, name in ipairs{ "buy_local", "buy_mobile", "buy_toll_free" } do
      assert.has_error(function () numbers[name]{ area_code = 415 } end)
    end
  end)

  it("tells its intent of each candidate", function ()
    local heard = {}
    buy({ fake.response(200, fake.available{ "+14155550001", "+14155550002" }), taken, taken },
        { area_code = 415, on_intent = function (intent) heard[#heard + 1] = intent.phone_number end })
    table.sort(heard)
    assert.same({ "+14155550001", "+14155550002" }, heard)
  end)
end)

describe("reconcile", function ()
  local function reconcile (intent, ...)
    local transport = fake.transport(...)
    local verdict, record, info = fake.client(transport).numbers.reconcile(intent)
    return verdict, record, info, transport
  end

  it("finds what was bought, by the intent", function ()
    local verdict, record, info = reconcile({ phone_number = fake.number, since = 1438298343 }, there)
    assert.equal("bought", verdict)
    assert.equal(fake.sid, record.sid)
    assert.is_nil(info.already_owned)
  end)

  it("finds it by the ambiguous error too", function ()
    local _, err = buy{ function (request) return request.method == "POST" and fake.lost or absent end }
    assert.equal("bought", (reconcile(err, there)))
  end)

  it("tells of a number that was owned before", function ()
    local _, _, info = reconcile({ phone_number = fake.number, since = 1438298344 + 60 }, there)
    assert.is_true(info.already_owned)
  end)

  it("does not say how old it is by an intent that does not know since when", function ()
    local _, _, info = reconcile({ phone_number = fake.number }, there)
    assert.is_nil(info.already_owned)
  end)

  it("tells about the exchange that found it, as any call does", function ()
    local _, _, info = reconcile({ phone_number = fake.number }, fake.problem(503, 20503), there)
    assert.same({ 200, 2, "number" }, { info.status, info.attempts, type(info.elapsed) })
  end)

  it("tells of a hook's error, whatever the outcome", function ()
    for outcome, answer in pairs{ bought = there, not_found_yet = absent, unknown = fake.problem(401, 20003) } do
      local client = fake.client(fake.transport(answer), { on_response = function () error("own trouble", 0) end })
      local told, record, info = client.numbers.reconcile{ phone_number = fake.number }
      assert.same({ outcome, "own trouble" }, { told, (info or record).hook_error })
    end
  end)

  it("asks by the client's own credentials, whatever else the table holds", function ()
    local _, _, _, transport = reconcile({ phone_number = fake.number, account_sid = "AC" .. ("b"):rep(32),
                                           auth_token = "another", api_url = "https://localhost" }, there)
    local request = transport.requests[1]
    assert.is_true(request.account:matches(fake.account.sid, fake.account.token))
    assert.truthy(request.url:find("^https://api%.twilio%.com/"))
  end)

  it("takes an intent from a journal in JSON, where null is as if absent", function ()
    local intent = require "cjson".decode('{"phone_number":"' .. fake.number .. '","account_sid":null,"since":null}')
    assert.equal("bought", (reconcile(intent, there)))
  end)

  it("says not yet, not never", function ()
    local verdict, record, info = reconcile({ phone_number = fake.number }, absent)
    assert.same({ "not_found_yet", nil, 200, 1, "number" },
                { verdict, record, info.status, info.attempts, type(info.elapsed) })
  end)

  it("says unknown when it cannot look", function ()
    local verdict, err = reconcile({ phone_number = fake.number }, fake.problem(401, 20003))
    assert.same({ "unknown", "auth" }, { verdict, err.kind })
  end)

  it("looks in the intent's account", function ()
    local other = "AC" .. ("b"):rep(32)
    local _, _, _, transport = reconcile({ phone_number = fake.number, account_sid = other }, absent)
    assert.truthy(transport.requests[1].url:find(other, 1, true))
  end)

  it("answers a bad value as invalid, and sends nothing", function ()
    for parameter, intent in pairs{ phone_number = { phone_number = "415" },
                                    account_sid = { phone_number = fake.number, account_sid = "AC1" } } do
      local verdict, err, _, transport = reconcile(intent, absent)
      assert.same({ "unknown", "invalid", parameter, 0 }, { verdict, err.kind, err.parameter, #transport.requests })
    end
    for _, number in ipairs{ "", "+1415555*", "+1 415 555 0123", "+14155550123\n" } do
      assert.equal("unknown", (reconcile({ phone_number = number }, there)))
    end
  end)

  it("raises what could never be right, at its caller's line", function ()
    local numbers = fake.client(fake.transport(absent)).numbers
    for _, intent in ipairs{ {}, fake.number, { phone_number = 14155550123 },
                             { phone_number = fake.number, account_sid = 1 },
                             { phone_number = fake.number, since = "Thu, 30 Jul 2015 23:19:04 +0000" } } do
      local line = debug.getinfo(1, "l").currentline + 1
      local ok, message = pcall(function () numbers.reconcile(intent) end)
      assert.is_false(ok)
      assert.truthy(tostring(message):find("order_spec.lua:" .. line .. ":", 1, true), message)
    end
  end)
end)
