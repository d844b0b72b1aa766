local core = require "twilio.core"
local fake = require "spec.lua.fake"
local fates = require "twilio.fate"

local account = core.account{ account_sid = fake.account.sid, user = fake.account.sid, secret = "s",
                              api_url = "https://api.twilio.com" }

local function request (name)
  return (core.request(name or "get_incoming", account, { sid = fake.sid }))
end

describe("a fate", function ()
  it("of a good answer is its value, with what the answer told", function ()
    local fate = fates.of_response(request(), fake.response(200, fake.record(), {
      date = "Thu, 30 Jul 2015 23:19:04 GMT", ["twilio-request-id"] = "RQ1" }))
    assert.same({ "ok", fake.sid, 1, 200, 1438298344, "RQ1", nil },
                { fate.outcome, fate.value.sid, fate.sent, fate.status, fate.date, fate.info.request_id, fate.err })
  end)

  it("of a bad one is its error, whose outcome and use it takes over", function ()
    local fate = fates.of_response(request(), fake.response(429, "{}", { ["retry-after"] = "7" }))
    assert.same({ "throttled", true, 7, "throttled" },
                { fate.outcome, fate.transient, fate.retry_after, fate.err.kind })
    assert.same({}, { fate.err.outcome, fate.err.transient, fate.err.date, fate.value })
  end)

  it("counts a request as sent once where the transport does not count", function ()
    local answer = fake.response(200, fake.record())
    answer.sent = nil
    assert.equal(1, fates.of_response(request(), answer).sent)
    assert.same({ "ambiguous", 1 }, { fates.of_failure(request(), { kind = "network" }).outcome,
                                      fates.of_failure(request(), { kind = "network" }).sent })
  end)

  it("of a failure is not sent only where the transport counted none", function ()
    local fate = fates.of_failure(request(), fake.unsent)
    assert.same({ "not_sent", 0, true, "connect" }, { fate.outcome, fate.sent, fate.transient, fate.err.kind })
    assert.equal("ambiguous", fates.of_failure(request(), nil).outcome)
  end)

  it("of what no transport should answer is in doubt, and raises nothing", function ()
    for _, answer in ipairs{ true, "200 OK", 1, {}, { status = {}, body = true, headers = 1 } } do
      local fate = fates.of_response(request("release"), answer)
      assert.same({ "ambiguous", "protocol", 1 }, { fate.outcome, fate.err.kind, fate.sent })
    end
    local answer = fake.response(200, fake.record())
    answer.sent = true
    assert.equal(1, fates.of_response(request(), answer).sent)
    assert.equal(1, fates.of_failure(request(), { sent = true }).sent)
    assert.equal("ambiguous", fates.of_failure(request(), "no reason").outcome)
  end)

  it("makes what is not HTTP worth another try to a read alone", function ()
    local garbled = { kind = "protocol", message = "?", sent = 1, transient = true }
    assert.is_true(fates.of_failure(request(), garbled).transient)
    assert.is_false(fates.of_failure(request("release"), garbled).transient)
  end)

  it("makes another try of what was not sent worth it, also where no HTTP came: a proxy may have spoken", function ()
    local garbled = { kind = "protocol", message = "?", sent = 0, transient = true }
    assert.is_true(fates.of_failure(request("release"), garbled).transient)
  end)

  for kind in ("config closed forked dns connect proxy tls certificate timeout network protocol limit"):gmatch("%S+") do
    it("of a failure of kind " .. kind .. " keeps that kind", function ()
      assert.equal(kind, fates.of_failure(request(), { kind = kind, message = "?", sent = 0 }).err.kind)
    end)
  end

  it("of a failure whose kind is none of these is a network's: a caller knows the kinds that there are", function ()
    for _, kind in ipairs{ "ECONNRESET", "ambiguous", "not_found", 7, true, {} } do
      assert.equal("network", fates.of_failure(request(), { kind = kind, message = "?", sent = 0 }).err.kind)
    end
  end)

  it("leaves the failure as it is: a transport may answer the same table again", function ()
    local failure = { kind = "connect", message = "refused", sent = 0, transient = true }
    local err = fates.of_failure(request(), failure).err
    err.kind = "changed"
    assert.same({ kind = "connect", message = "refused", sent = 0, transient = true }, failure)
  end)
end)
