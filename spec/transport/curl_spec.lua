-- The transport over twilio.curl.

local child = require "spec.support.child"
local core = require "twilio.core"
local faults = require "spec.support.faults"
local native = require "spec.support.native"
local requests = require "spec.transport.requests"
local transports = require "twilio.transport.curl"
local twilio = require "twilio"

describe("the transport over libcurl", function ()
  local server, request

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)

  before_each(function ()
    server:reset()
    request = requests.to(server:url("good"), requests.account(server:url("good")))
  end)

  local transport

  before_each(function () transport = transports.new{ ca_file = server.ca } end)
  after_each(function () transport:close() end)

  it("sends", function ()
    assert.equal(404, assert(transport:send(request())).status)
  end)

  it("opens nothing before the first request, so that a client outlives a fork", function ()
    assert.is_nil(transport.pool)
  end)

  it("answers closed after close, also where it was never used", function ()
    transport:close()
    transport:close()
    local _, failure = transport:send(request())
    assert.equal("closed", failure.kind)
  end)

  it("sleeps by its own clock", function ()
    local began = transport:now()
    transport:sleep(0.02)
    local slept = transport:now() - began
    assert.is_true(slept >= 0.02 and slept < 1)
  end)

  it("gets a response ahead, while the caller does something else", function ()
    server:script("good", { requests = { { "answer" }, { { wait = 0.25 }, "answer" } } })
    assert(transport:send(request()))
    local ahead = assert(transport:prefetch(request()))
    core.sleep(0.5)
    local began = core.now()
    assert.equal(404, assert(ahead:wait()).status)
    assert.is_true(core.now() - began < 0.2)
  end)

  describe("over a connection that is made while nobody drives it", function ()
    local hasty

    before_each(function () hasty = transports.new{ ca_file = server.ca, connect_timeout = 0.3 } end)
    after_each(function () hasty:close() end)

    -- What wait answered to a request for which the server shakes hands after so many seconds, and how long it took.
    local function waited_for (handshake)
      server:script("good", { connections = { { { wait = handshake } } } })
      local ahead = assert(hasty:prefetch(request{ timeout = 3 }))
      for _ = 1, 5 do   -- far enough to be in the middle of it
        core.sleep(0.01)
        ahead:drive()
      end
      core.sleep(0.6)
      local began = core.now()
      local response, failure = ahead:wait()
      return response, failure, core.now() - began
    end

    it("gets a response ahead: the time to connect runs from when it is wanted", function ()
      assert.equal(404, assert(waited_for(0.1)).status)
    end)

    it("waits no longer for the connection than for any other, give or take a second", function ()
      local _, failure, took = waited_for(5)
      assert.same({ "timeout", 0 }, { failure.kind, failure.sent })
      assert.is_true(took < 2, took)
    end)
  end)

  -- The head of the answer is there when nobody drives it for longer than a slow server is borne with (15 seconds, here
  -- a fifteenth of that); the body comes so many seconds later.
  for what, case in pairs{
    ["gets one ahead that began to come in, however long nobody drove it"] = { 0.1, "^200 soon" },
    ["waits no longer for the rest of one than for any other's"] = { 9, "^timeout soon" },
  } do
    it(what, function ()
      server:script("good", { requests = { { { send = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" },
                                             { wait = 1.5 + case[1] }, { send = "ab" } } } })
      local said = child.run(([[
        package.path, package.cpath = %q, %q
        local core, requests = require "twilio.core", require "spec.transport.requests"
        local transport = require "twilio.transport.curl".new{ ca_file = %q, proxy = "" }
        local url = %q
        local ahead = transport:prefetch(requests.to(url, requests.account(url)){ timeout = 8 })
        for _ = 1, 15 do
          core.sleep(0.02)
          ahead:drive()
        end
        core.sleep(1.2)
        local began = core.now()
        local response, failure = ahead:wait()
        print((response and response.status or failure.kind) .. (core.now() - began < 5 and " soon" or " late"))
      ]]):format(package.path, package.cpath, server.ca, server:url("good")),
        { before = "SHIM_SLOW=15 LD_PRELOAD=$LD_PRELOAD:" .. native.library("shim") })
      assert.truthy(said:find(case[2]), said)
    end)
  end

  it("lets what was asked for ahead come in piece by piece", function ()
    local ahead = assert(transport:prefetch(request()))
    while not ahead.exchange:done() do ahead:drive() end
    assert.equal(404, assert(ahead:wait()).status)
  end)

  it("abandons what was asked for ahead", function ()
    local ahead = assert(transport:prefetch(request()))
    ahead:cancel()
    local response, failure = ahead:wait()
    assert.same({ nil, "closed" }, { response, failure.kind })
    assert.equal(404, assert(transport:send(request())).status)
  end)

  describe("under a walk that asks ahead", function ()
    local numbers

    before_each(function ()
      local owned = {}
      for i = 1, 40 do owned[i] = ("+1415555%04d"):format(i) end
      server:own(owned)
      numbers = assert(twilio.new{ account_sid = requests.SID, auth_token = requests.SECRET, transport = transport,
                                   api_url = server:url("good") }).numbers
    end)

    -- How many pages the server was asked for, once as many as that are there, and what else is on its way.
    local function asked (pages)
      local patience = core.now() + 3
      while server:truth("good").requests < pages and core.now() < patience do core.sleep(0.01) end
      core.sleep(0.03)
      return server:truth("good").requests
    end

    it("has one page on its way, never two", function ()
      local seen, walked = {}, 0
      for _ in numbers.each_incoming{ page_size = 10, prefetch = true } do
        walked = walked + 1
        if walked % 10 == 1 then seen[#seen + 1] = asked(math.min(#seen + 2, 4)) end
      end
      assert.same({ 2, 3, 4, 4 }, seen)
      assert.equal(40, walked)
    end)

    it("abandons that page when the walk is broken off", function ()
      server:script("good", { requests = { { "answer" }, { "hang" } } })
      local walked = 0
      for _ in numbers.each_incoming{ page_size = 10, prefetch = true } do
        walked = walked + 1
        if walked == 5 then break end
      end
      collectgarbage()  -- a Lua without closing values leaves it to this
      collectgarbage()
      assert.is_nil(transport.pool:step(0))
      assert.equal(10, #assert(numbers.list_incoming{ page_size = 10 }).incoming_phone_numbers)
      assert.equal(2, server:truth("good").connections)
    end)

    -- A walk whose second page, asked for ahead, meets `steps`, while the caller takes so long over the first one, and
    -- which has no attempt to lose: how many records it gave.
    local function walked_past (steps, seconds)
      assert(transport:send(request()))   -- a handshake might take all of the attempt's time
      server:script("good", { requests = { { "answer" }, steps } })
      local once = assert(twilio.new{ account_sid = requests.SID, auth_token = requests.SECRET, transport = transport,
                                      api_url = server:url("good"), timeout = 0.5, max_attempts = 1 })
      local walked = 0
      for _ in once.numbers.each_incoming{ page_size = 10, prefetch = true } do
        walked = walked + 1
        if walked == 1 then core.sleep(seconds) end
      end
      return walked
    end

    it("gets a page anew that did not come in, and counts no attempt for it", function ()
      assert.equal(40, walked_past({ { answer = { cut = 100 } }, "close" }, 0.05))
    end)

    it("asks for each page once, however long the caller is at work on the one before", function ()
      assert.equal(40, walked_past({ { wait = 0.1 }, "answer" }, 0.7))
      assert.equal(5, server:truth("good").requests)
    end)

    for what, script in pairs{
      ["answer hangs"] = { requests = { { "answer" }, { "hang" } } },
      ["connection hangs"] = { requests = { { { answer = { headers = { Connection = "close" } } }, "close" } },
                               connections = { {}, { "hang" } } },
    } do
      it("lets a page take no longer than an attempt once it is wanted, also in a task: its " .. what, function ()
        if not rawget(coroutine, "isyieldable") then return end
        server:script("good", script)
        local once = assert(twilio.new{ account_sid = requests.SID, auth_token = requests.SECRET, transport = transport,
                                        api_url = server:url("good"), timeout = 0.5, max_attempts = 1 })
        local group = once:tasks()
        group:add(function ()
          local pager = once.numbers.pages_incoming{ page_size = 10 }
          assert(pager:next())
          core.sleep(0.7)
          local began = core.now()
          local _, err = pager:next()
          return err.kind, core.now() - began
        end)
        local result = group:wait()[1]
        assert.equal("timeout", result[1])
        assert.is_true(result[2] > 0.4 and result[2] < 1, result[2])
      end)
    end

    it("waits no longer for a page and the same anew than for one attempt", function ()
      assert(transport:send(request()))
      server:script("good", { requests = { { "answer" }, { "hang" }, { "hang" } } })
      local once = assert(twilio.new{ account_sid = requests.SID, auth_token = requests.SECRET, transport = transport,
                                      api_url = server:url("good"), timeout = 0.5, max_attempts = 1 })
      local pager = once.numbers.pages_incoming{ page_size = 10, prefetch = true }
      assert(pager:next())
      core.sleep(0.05)
      local began = core.now()
      local _, err = pager:next()
      assert.same({ "timeout", 1 }, { err.kind, err.attempts })
      local took = core.now() - began
      assert.is_true(took >= 0.49 and took < 0.85, took)   -- 0.5 for the first leave nothing for the second
    end)
  end)
end)
