local fake = require "spec.lua.fake"

local same = fake.response(200, fake.record())

-- What get_incoming answers when the transport answers so.
local function call (answers, params, more)
  local transport = fake.play(answers)
  local value, info = fake.client(transport, more).numbers.get_incoming(params or { sid = fake.sid })
  return value, info, transport
end

describe("hooks", function ()
  local function watch (answers, hooks, params)
    local heard = {}
    for _, name in ipairs{ "on_request", "on_response", "on_retry" } do
      hooks[name] = hooks[name] or function (event) heard[#heard + 1] = { name, event } end
    end
    local value, info, transport = call(answers, params, hooks)
    return heard, value, info, transport
  end

  it("hear of every attempt, its outcome and its repetition", function ()
    local heard = watch({ fake.problem(503, 20503), same }, {})
    local names = {}
    for i, pair in ipairs(heard) do names[i] = pair[1] end
    assert.same({ "on_request", "on_response", "on_retry", "on_request", "on_response" }, names)
    local asked, answered, again = heard[1][2], heard[2][2], heard[3][2]
    assert.same({ "get_incoming", "GET", 1 }, { asked.operation, asked.method, asked.attempt })
    assert.same({ "ambiguous", 503, "server", 1 }, { answered.outcome, answered.status, answered.kind, answered.sent })
    assert.same({ "get_incoming", 1, "server", "number" },
                { again.operation, again.attempt, again.kind, type(again.wait) })
    assert.equal("ok", heard[5][2].outcome)
  end)

  it("hear neither headers nor query nor body nor secret", function ()
    local heard = watch({ same }, {})
    for _, pair in ipairs(heard) do
      for name, value in pairs(pair[2]) do
        assert.not_equal("table", type(value), name)
        assert.not_equal("userdata", type(value), name)
        assert.is_nil(tostring(value):find(fake.account.token, 1, true))
        assert.is_nil(tostring(value):find("?", 1, true))
      end
    end
  end)

  it("or none, a page asked for in advance has no longer than its call", function ()
    local next_uri = "/2010-04-01/Accounts/" .. fake.account.sid .. "/IncomingPhoneNumbers.json?Page=1"
    local asked
    local transport = fake.transport(fake.response(200, fake.page({ fake.record() }, next_uri)))
    function transport.prefetch (_, request) asked = request.timeout end
    fake.client(transport).numbers.pages_incoming{ deadline = 3, prefetch = true }:next()
    assert.equal(3, asked)
  end)

  it("that raise what cannot be told lose nothing either", function ()
    local untold = setmetatable({}, { __tostring = function () error("no text") end })
    local value, info = call({ same }, nil, { on_response = function () error(untold) end })
    assert.equal(fake.sid, value.sid)
    assert.equal("an error that cannot be told", info.hook_error)
  end)

  for _, name in ipairs{ "on_request", "on_response", "on_retry" } do
    it("that raise lose nothing and repeat nothing (" .. name .. ")", function ()
      local answers = { fake.lost, same }
      local _, value, info, transport = watch(answers, { [name] = function () error("a hook's own trouble", 0) end })
      assert.equal(fake.sid, value.sid)
      assert.equal("a hook's own trouble", info.hook_error)
      assert.equal(2, #transport.requests)
    end)
  end

  it("that raise do not make a purchase go out again", function ()
    local transport = fake.transport(fake.response(201, fake.record()))
    local numbers = fake.client(transport, { on_response = function () error("no") end }).numbers
    local record, info = numbers.buy{ phone_number = fake.number }
    assert.equal(fake.sid, record.sid)
    assert.truthy(info.hook_error)
    assert.equal(1, #transport.requests)
  end)

  it("may change what they are told without changing what is sent", function ()
    local _, value, _, transport = watch({ same }, { on_request = function (event) event.path = "/elsewhere" end })
    assert.equal(fake.sid, value.sid)
    assert.truthy(transport.requests[1].url:find(fake.sid, 1, true))
  end)

  it("may call the same client", function ()
    local transport = fake.transport(same)
    local client
    local inside
    client = fake.client(transport, { on_response = function (event)
      if event.operation == "get_incoming" then inside = client.numbers.get_outgoing{ sid = fake.sid } end
    end })
    assert.equal(fake.sid, client.numbers.get_incoming{ sid = fake.sid }.sid)
    assert.equal(fake.sid, inside.sid)
  end)

  it("may close the client: the call ends as closed, unsent", function ()
    local transport = fake.transport(same)
    local client
    client = fake.client(transport, { on_request = function () client:close() end })
    local _, err = client.numbers.get_incoming{ sid = fake.sid }
    assert.same({ "closed", false, 0 }, { err.kind, err.sent, #transport.requests })
  end)

  it("may yield, where this Lua can yield inside pcall", function ()
    local transport = fake.transport(same)
    local numbers = fake.client(transport, { on_request = function () coroutine.yield("waiting") end }).numbers
    local thread = coroutine.create(function () return numbers.get_incoming{ sid = fake.sid } end)
    local ok, value, info = coroutine.resume(thread)
    if value == "waiting" then ok, value = coroutine.resume(thread) else assert.truthy(info.hook_error) end
    assert.is_true(ok)
    assert.equal(fake.sid, value.sid)
  end)
end)

describe("a page of a walk", function ()
  local next_uri = "/2010-04-01/Accounts/" .. fake.account.sid .. "/IncomingPhoneNumbers.json?Page=1"
  local first = fake.response(200, fake.page({ fake.record() }, next_uri))

  it("is given no more time than the walk's table allows a call", function ()
    local transport = fake.transport(first)
    fake.client(transport).numbers.pages_incoming{ deadline = 3 }:next()
    assert.equal(3, transport.requests[1].timeout)
  end)

  -- The second page is asked for in advance, which fails after so many seconds of the three that it may take.
  local function late (seconds)
    local transport = fake.transport(first)
    function transport.prefetch ()
      return { wait = function ()
        transport.clock = transport.clock + seconds
        return nil, { kind = "network", message = "late", sent = 1, transient = false }
      end }
    end
    local pager = fake.client(transport).numbers.pages_incoming{ deadline = 3, prefetch = true }
    assert.truthy(pager:next())
    local page, err = pager:next()
    return transport.requests, page, err
  end

  it("that was asked for in advance in vain is asked for anew, in what is left of its attempt's time", function ()
    local requests, page = late(2)
    assert.same({ 2, 1, "table" }, { #requests, requests[2].timeout, type(page) })
  end)

  it("that was asked for in advance in vain has failed where no time is left", function ()
    local requests, _, err = late(3)
    assert.same({ 1, "network" }, { #requests, err.kind })
  end)
end)

describe("an answer's info", function ()
  it("tells about the exchange", function ()
    local _, info = call({ fake.response(200, fake.record(), {
      ["twilio-request-id"] = "RQ" .. ("0"):rep(32), ["twilio-concurrent-requests"] = "3" }) })
    assert.same({ status = 200, attempts = 1, elapsed = 0, concurrent_requests = 3,
                  request_id = "RQ" .. ("0"):rep(32) }, info)
  end)
end)
