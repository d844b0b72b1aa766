-- The catalogue of faults, 4.2, the second half: what an understandable answer means, and when to ask again. On a
-- world of table literals whose clock moves with each sleep, so that every wait is seen and none is waited for;
-- libcurl's silent re-send of a release, at the end of row 49, over sockets.

local catalogue = require "spec.support.catalogue"
local faults = require "spec.support.faults"

local PN, NUMBER = catalogue.PN, catalogue.NUMBER
local fails, record, response, world = catalogue.fails, catalogue.record, catalogue.response, catalogue.world

local REFUSED = { kind = "connect", message = "refused", sent = 0, transient = true }
local LOST = { kind = "network", message = "the connection ended", sent = 1, transient = true }

local function fine () return response(200, record(PN, NUMBER)) end

local function listed () return response(200, '{"incoming_phone_numbers":[' .. record(PN, NUMBER) .. "]}") end

local function failure (code)
  return ('{"code":%s,"message":"what happened","more_info":"https://www.twilio.com/docs/errors/1"}'):format(code)
end

local function throttled (headers)
  headers = headers or {}
  headers["content-type"] = "application/json"
  return response(429, failure(20429), headers)
end

-- One operation of each class, as a function of a client.
local each_class = {
  read = function (c) return c.numbers.get_incoming{ sid = PN } end,
  delete = function (c) return c.numbers.release{ sid = PN } end,
  update = function (c) return c.numbers.update_incoming{ sid = PN, friendly_name = "x" } end,
  transfer = function (c) return c.numbers.update_incoming{ sid = PN, transfer_to = "AC" .. ("b"):rep(32) } end,
  buy = function (c) return c.numbers.buy{ phone_number = NUMBER } end,
  verify = function (c) return c.numbers.add_outgoing{ phone_number = NUMBER } end,
}

local function total (waits)
  local sum = 0
  for _, seconds in ipairs(waits) do sum = sum + seconds end
  return sum
end

describe("faults that an answer tells", function ()
  local fault = catalogue.faults(it)

  fault(46, "400 with Twilio's JSON, with HTML, with a code that is a string, without one", function (came)
    local function get (body, headers)
      local w = world{ response(400, body, headers) }
      local value, err = each_class.read(catalogue.client(w))
      came(fails({ kind = "api", status = 400, attempts = 1 }, value, err))
      return err
    end
    local err = get(failure(21401))
    assert.equal(21401, err.code)
    assert.equal("https://www.twilio.com/docs/errors/1", err.more_info)
    assert.is_nil(get("<html>no", { ["content-type"] = "text/html" }).code)
    assert.truthy(({ [21401] = true, absent = true })[get(failure('"21401"')).code or "absent"])
    assert.is_nil(get('{"message":"what happened"}').code)
  end)

  fault(47, "401 and 403: at once, for every class", function (came)
    for _, status in ipairs{ 401, 403 } do
      for _, call in pairs(each_class) do
        local w = world{ response(status, failure(20003)) }
        local value, err = call(catalogue.client(w))
        came(fails({ kind = "auth", status = status, attempts = 1, retryable = false }, value, err))
        assert.equal(1, #w.requests)
      end
    end
  end)

  fault(48, "404 on a read, an update, a first release", function (came)
    for _, class in ipairs{ "read", "update", "delete" } do
      local w = world{ response(404, failure(20404)) }
      local value, err = each_class[class](catalogue.client(w))
      came(fails({ kind = "not_found", status = 404, attempts = 1 }, value, err))
    end
  end)

  fault(49, "404 on a release after an attempt in doubt: it is gone", function (came)
    local w = world{ LOST, response(404, failure(20404)) }
    local gone, info = assert(each_class.delete(catalogue.client(w)))
    assert.is_true(gone.removed)
    assert.is_true(info.already_gone)
    came("already_gone, 2 attempts")
    -- An attempt that never went out explains nothing.
    local value, err = each_class.delete(catalogue.client(world{ REFUSED, response(404, failure(20404)) }))
    came(fails({ kind = "not_found" }, value, err))
    -- Nor does a 404 that is not Twilio's own.
    value, err = each_class.delete(catalogue.client(world{ LOST, response(404, "<html>not here") }))
    came(fails({ kind = "ambiguous", maybe_applied = true }, value, err))
  end)

  fault(49, "404 because libcurl had sent the release a first time by itself", function (came)
    local server = faults.start()
    finally(function () server:stop() end)
    server:own{ NUMBER }
    local client = catalogue.real(server, "good")
    local sid = assert(client.numbers.list_incoming{}).incoming_phone_numbers[1].sid
    server:script("good", { requests = { { "process", "close" } } })
    local gone, info = client.numbers.release{ sid = sid }
    client:close()
    assert.is_table(gone, tostring(info))
    assert.is_true(info.already_gone)
    assert.equal(1, info.attempts)
    assert.equal(1, server:truth("good").releases)
    came("already_gone, 1 attempt, released once")
  end)

  fault(50, "408 409 410 413 421 422 425", function (came)
    for _, status in ipairs{ 409, 410, 413, 421, 422, 425 } do
      local w = world{ response(status, failure(1)) }
      local value, err = each_class.read(catalogue.client(w))
      came(fails({ kind = "api", status = status, attempts = 1 }, value, err))
    end
    local _, info = assert(each_class.read(catalogue.client(world{ response(408), fine() })))
    assert.equal(2, info.attempts)
  end)

  fault(51, "429 without Retry-After: every class waits and tries again", function (came)
    for class, call in pairs(each_class) do
      local answer = class == "verify" and response(200, ('{"account_sid":"%s","call_sid":"CA%s","phone_number":"%s",'
        .. '"friendly_name":"x","validation_code":"012345"}'):format(catalogue.ACCOUNT, ("c"):rep(32), NUMBER))
        or class == "delete" and response(204) or response(200, record(PN, NUMBER))
      if class == "transfer" then
        answer = response(200, (record(PN, NUMBER):gsub(catalogue.ACCOUNT, "AC" .. ("b"):rep(32))))
      end
      local w = world{ throttled(), throttled(), answer }
      local value, info = call(catalogue.client(w))
      assert.is_table(value, class .. ": " .. tostring(info))
      assert.equal(3, info.attempts)
      assert.is_true(w.slept[1] <= 1 and w.slept[2] <= 2)
      came(class .. ": 3 attempts")
    end
  end)

  fault(52, "Retry-After: 2, 0, -1, 1.5, abc, 20 nines, empty, twice", function (came)
    local function wait (value)
      local w = world{ throttled{ ["retry-after"] = value }, fine() }
      assert(each_class.read(catalogue.client(w)))
      if value == "2" then came("2: 2 s or a little more; all else: as without") end
      return w.slept[1]
    end
    for _ = 1, 20 do
      local seconds = wait("2")
      assert.is_true(seconds >= 2 and seconds <= 2.2)
      for _, ignored in ipairs{ "0", "-1", "1.5", "abc", ("9"):rep(20), "", "2, 3" } do
        assert.is_true(wait(ignored) <= 1)
      end
    end
  end)

  fault(53, "Retry-After as a date: ahead, behind, by the server's clock, no date", function (came)
    local function wait (date, after)
      local w = world{ throttled{ date = date, ["retry-after"] = after }, fine() }
      assert(each_class.read(catalogue.client(w)))
      return w.slept[1]
    end
    -- The server's clock is years behind ours: only the difference counts.
    local seconds = wait("Wed, 01 Jan 2020 00:00:00 GMT", "Wed, 01 Jan 2020 00:00:10 GMT")
    assert.is_true(seconds >= 10 and seconds <= 11)
    assert.is_true(wait("Wed, 01 Jan 2020 00:00:10 GMT", "Wed, 01 Jan 2020 00:00:00 GMT") <= 1)
    assert.is_true(wait("Wed, 01 Jan 2020 00:00:10 GMT", "Wed, 32 Jan 2020 00:00:00 GMT") <= 1)
    assert.is_true(wait("Wed, 01 Jan 2020 00:00:10 GMT", "Mon, 01 Foo 2020 00:00:30 GMT") <= 1)
    came("10 s ahead: 10 s and a little more; all else: as without")
    assert.is_true(wait("nonsense", os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() - 5)) <= 1)
  end)

  fault(54, "Retry-After beyond a minute, beyond the deadline: told, not slept", function (came)
    local w = world{ throttled{ ["retry-after"] = "61" } }
    local value, err = each_class.read(catalogue.client(w))
    came(fails({ kind = "throttled", attempts = 1, retry_after = 61, reason = "retry_after" }, value, err))
    assert.equal(0, #w.slept)
    w = world{ throttled{ ["retry-after"] = "6" } }
    value, err = each_class.read(catalogue.client(w, { deadline = 5 }))
    came(fails({ kind = "throttled", attempts = 1, retry_after = 6 }, value, err))
    assert.equal(0, #w.slept)
  end)

  fault(55, "500 502 503 504 once: the next one is fine", function (came)
    for _, status in ipairs{ 500, 502, 503, 504 } do
      for _, class in ipairs{ "read", "update", "delete" } do
        local w = world{ response(status, "<html>"), class == "delete" and response(204) or fine() }
        local _, info = assert(each_class[class](catalogue.client(w)))
        assert.equal(2, info.attempts)
      end
    end
    came("4 statuses, 3 classes: 2 attempts each")
  end)

  fault(56, "500 after the purchase was made", function (came)
    local w = world{ response(500, "<html>"), listed() }
    local bought, info = assert(each_class.buy(catalogue.client(w)))
    assert.equal(PN, bought.sid)
    assert.is_true(info.reconciled)
    assert.equal(1, info.attempts)
    assert.equal("GET", w.requests[2].method)
    came("reconciled, one POST")
  end)

  fault(57, "nothing but 503 for 1,000 calls, then good weather", function (came)
    local w = world{ response(503, "<html>") }
    local client = catalogue.client(w)
    for _ = 1, 1000 do
      local value, err = each_class.read(client)
      fails({ kind = "server" }, value, err)
    end
    assert.is_true(#w.requests <= 1000 + 50, #w.requests .. " requests")
    came(("%d requests for 1,000 calls"):format(#w.requests))
    local _, err = each_class.read(client)
    assert.equal("retry_budget", err.reason)
    -- Fair weather fills the purse again.
    local stormy = w.send
    w.send = function () return fine() end
    for _ = 1, 20 do assert(each_class.read(client)) end
    w.send = stormy
    local before = #w.requests
    each_class.read(client)
    assert.equal(3, #w.requests - before)
  end)

  fault(58, "429 for everybody: the next tries come in no wave", function (came)
    -- 50 callers in one second of trouble: the waits must look like an even spread, not like a wave.
    local waits = {}
    for _ = 1, 50 do
      local w = world{ throttled(), fine() }
      assert(each_class.read(catalogue.client(w)))
      waits[#waits + 1] = w.slept[1]
    end
    table.sort(waits)
    local distance = 0
    for i, wait in ipairs(waits) do
      distance = math.max(distance, math.abs(i / #waits - wait), math.abs((i - 1) / #waits - wait))
    end
    -- Kolmogorov and Smirnov: an even spread is further off than this once in 100,000 runs.
    assert.is_true(distance < 2.47 / math.sqrt(50), "distance " .. distance)
    came(("distance from an even spread: %.2f"):format(distance))
    local w = world{ throttled() }
    local value, err = each_class.read(catalogue.client(w))
    came(fails({ kind = "throttled", attempts = 4, retryable = true }, value, err))
    assert.is_true(total(w.slept) <= 7)
  end)

  fault(60, "the answer is about something else", function (came)
    local other = response(200, record("PN" .. ("f"):rep(32), "+14155550199"))
    local value, err = each_class.read(catalogue.client(world{ other }))
    came(fails({ kind = "protocol" }, value, err))
    value, err = each_class.update(catalogue.client(world{ other }))
    came(fails({ kind = "ambiguous", maybe_applied = true }, value, err))
    local w = world{ response(201, other.body), listed() }
    local bought = assert(each_class.buy(catalogue.client(w)))
    assert.equal(PN, bought.sid)
  end)
end)
