-- The catalogue of faults, 4.1: connections and TLS, over real sockets through libcurl, with the fault server's word
-- for what really happened.

local catalogue = require "spec.support.catalogue"
local child = require "spec.support.child"
local faults = require "spec.support.faults"
local native = require "spec.support.native"

local NUMBER = catalogue.NUMBER
local fails = catalogue.fails

local server, client

-- A client for the listener `at`, closed after the test.
local function real (at, more, pace)
  local clock
  client, clock = catalogue.real(server, at, more, pace)
  return client.numbers, clock
end

-- Around a child whose name resolution misbehaves.
local function shim (how)
  return { before = ("SHIM_DNS=%s LD_PRELOAD=%s"):format(how, native.library("shim")) }
end

local function elapsed (f)
  local core = require "twilio.core"
  local start = core.now()
  f()
  return core.now() - start
end

-- A read fails as wanted, no credential was heard, and once the server behaves the next call works.
local function read_fails (at, want, more)
  local numbers = real(at, more)
  local err = fails(want, numbers.list_incoming{})
  if want.sent == false then
    assert.equal(0, server:truth(at).requests)
    assert.equal(0, server:truth(at).authorization)
  end
  if at == "good" then
    server:reset()
    assert(numbers.list_incoming{})
  end
  return err
end

-- A certificate that proves nothing: refused at once, for good, and no byte of a credential goes out.
local function refuses_certificate (at)
  local err = read_fails(at, { kind = "certificate", attempts = 1, sent = false, retryable = false })
  assert.equal(1, server:truth(at).connections)
  return err
end

-- A purchase whose first POST meets `steps`: one purchase in the end, found by looking where it was made.
local function buys (steps, reconciled, more)
  server:script("good", { requests = { steps } })
  local numbers = real("good", more)
  local record, info = numbers.buy{ phone_number = NUMBER }
  assert.equal(NUMBER, (record or {}).phone_number, tostring(info))
  assert.equal(1, server:truth("good").purchases[NUMBER])
  assert.equal(reconciled and 1 or 2, info.attempts)
  assert.equal(reconciled, info.reconciled)
  assert.is_nil(info.already_owned)
  return ("bought once, %d attempts, reconciled = %s"):format(info.attempts, tostring(info.reconciled))
end

describe("faults of connections and TLS", function ()
  local fault = catalogue.faults(it)

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)
  before_each(function () server:reset() end)
  after_each(function ()
    if client then client:close() end
    client = nil
  end)

  fault(1, "a host that does not exist", function (came)
    local said = child.run([[
      local client = require("spec.support.catalogue").real({ url = function () return "https://nowhere.invalid" end },
        "good")
      local _, err = client.numbers.list_incoming{}
      print(err.kind, err.attempts, err.sent, err)]], shim("none"))
    assert.truthy(said:find("^dns\t4\tfalse"), said)
    came(said)
  end)

  fault(2, "a resolver that hangs", function (came)
    local said = child.run([[
      local core = require "twilio.core"
      local client = require("twilio").new{ account_sid = "AC" .. ("a"):rep(32), auth_token = "x", max_attempts = 1,
        api_url = "https://nowhere.invalid", connect_timeout = 0.4, proxy = "" }
      local start = core.now()
      local _, err = client.numbers.list_incoming{}
      local took = core.now() - start
      client:close()
      print(err.kind, err.sent, took < 1.4 and core.now() - start < 1.4 and "in time" or took, err)]],
      shim("hang"))
    assert.truthy(said:find("^timeout\tfalse\tin time"), said)
    came(said)
  end)

  fault(3, "connection refused", function (came)
    local numbers = real("closed")
    came(fails({ kind = "connect", attempts = 4, sent = false, retryable = true }, numbers.list_incoming{}))
  end)

  fault(4, "a host that answers no SYN", function (came)
    local numbers = real("blackhole", { connect_timeout = 0.2 })
    local took = elapsed(function ()
      came(fails({ kind = "timeout", attempts = 4, sent = false }, numbers.buy{ phone_number = NUMBER }))
    end)
    assert.is_true(took > 0.7 and took < 3, "took " .. took)
  end)

  fault(5, "the IPv6 address is dead, the IPv4 one is alive", function (came)
    local said = child.run(([[
      local core = require "twilio.core"
      local client = require("twilio").new{ account_sid = "AC" .. ("a"):rep(32), auth_token = "x", proxy = "",
        api_url = "%s", ca_file = "%s" }
      local start = core.now()
      local page, err = client.numbers.list_incoming{}
      print(page and "answered" or tostring(err), core.now() - start < 1 and "in time" or core.now() - start)]]):format(
      server:url("good", "both.test"), server.ca), shim("both"))
    assert.equal("answered\tin time", said)
    came(said)
  end)

  fault(6, "an IPv6 literal", function (came)
    assert(real("v6").list_incoming{})
    local host = server:truth("v6").last[1].headers.host
    assert.equal("[::1]:" .. server.ports.v6, host)
    came("Host: " .. host)
  end)

  fault(7, "accepted, then closed or reset at once", function (came)
    for _, step in ipairs{ "close", "rst" } do
      server:script("good", { every_connection = { step } })
      local numbers = real("good")
      local value, err = numbers.list_incoming{}
      -- A reset may come before the connection was noticed: then it is libcurl's to say which it was.
      assert.is_true(err.kind == "tls" or err.kind == "connect", tostring(err))
      came(fails({ attempts = 4, sent = false }, value, err))
      server:reset()
      assert(numbers.list_incoming{})
      client:close()
    end
  end)

  fault(8, "plain text where TLS was due", function (came)
    server:script("good", { every_connection = { { send = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" }, "hang" } })
    came(read_fails("good", { kind = "tls", attempts = 4, sent = false }))
  end)

  fault(9, "a handshake that hangs", function (came)
    server:script("good", { every_connection = { "hang" } })
    came(read_fails("good", { kind = "timeout", attempts = 4, sent = false }, { connect_timeout = 0.2 }))
  end)

  fault(10, "a self-signed certificate", function (came) came(refuses_certificate("self_signed")) end)
  fault(11, "a certificate for another host", function (came) came(refuses_certificate("wrong_host")) end)
  fault(12, "a certificate that has expired, one that is not yet valid", function (came)
    came(refuses_certificate("expired"), refuses_certificate("not_yet"))
  end)

  fault(13, "an unknown CA; a CA file that is missing, empty", function (came)
    came(refuses_certificate("unknown_ca"))
    local empty = os.tmpname()
    for _, path in ipairs{ "/nowhere/ca.pem", empty } do
      local twilio = require "twilio"
      local made, err = twilio.new{ account_sid = catalogue.ACCOUNT, auth_token = catalogue.SECRET, ca_file = path,
        api_url = server:url("good") }
      local value
      if made then value, err = made.numbers.list_incoming{} end
      assert.is_true(err.kind == "config" or err.kind == "certificate", tostring(err))
      came(fails({ retryable = false }, value, err))
    end
    os.remove(empty)
    assert.equal(0, server:truth("good").requests)
  end)

  fault(14, "TLS 1.0 and 1.1 only", function (came)
    came(read_fails("old_tls", { kind = "tls", sent = false }))
  end)

  fault(15, "a client certificate is demanded (TLS 1.3 says so after the request)", function (came)
    came(read_fails("wants_client", { kind = "network", attempts = 4, sent = true }))
    client:close()
    local numbers = real("wants_client")
    came(fails({ kind = "ambiguous", maybe_applied = true }, numbers.buy{ phone_number = NUMBER }))
    assert.equal(0, server:truth("wants_client").requests)
  end)

  fault(16, "OPENSSL_CONF that allows old TLS", function (came)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1\n",
      "CipherString = DEFAULT@SECLEVEL=0\n")
    file:close()
    local said = child.run(([[
      local client = require("twilio").new{ account_sid = "AC" .. ("a"):rep(32), auth_token = "x", proxy = "",
        api_url = "%s", ca_file = "%s", max_attempts = 1 }
      local _, err = client.numbers.list_incoming{}
      print(err.kind, err.sent, err)]]):format(server:url("old_tls"), server.ca), { before = "OPENSSL_CONF=" .. path })
    os.remove(path)
    assert.truthy(said:find("^tls\tfalse"), said)
    assert.equal(0, server:truth("old_tls").handshakes)
    came(said)
  end)

  fault(17, "closed after the handshake, before anything was read", function (came)
    server:script("good", { every_connection = { "tls", "close" } })
    came(read_fails("good", { kind = "network", attempts = 4, sent = true }))
    client:close()
    server:reset()
    server:script("good", { connections = { { "tls", "close" } } })
    local numbers = real("good")
    local _, info = assert(numbers.buy{ phone_number = NUMBER })
    assert.equal(2, info.attempts)
    assert.equal(1, server:truth("good").purchases[NUMBER])
    came("a purchase: bought once, 2 attempts")
  end)

  fault(18, "reset after the request was read, nothing done", function (came) came(buys({ "rst" })) end)
  fault(19, "reset after it was done", function (came) came(buys({ "process", "rst" }, true)) end)
  fault(20, "closed without a byte after it was done", function (came) came(buys({ "process", "close" }, true)) end)
  fault(21, "silence after it was done", function (came)
    came(buys({ "process", "hang" }, true, { timeout = 0.3 }))
  end)

  fault(22, "done only after the client gave up", function (came)
    -- A 50th of the real times: the purchase is made 1, 5 and 25 "seconds" after the client's timeout.
    for _, late in ipairs{ 0.02, 0.1, 0.5 } do
      server:reset()
      server:script("good", { requests = { { { late = late + 0.1 }, "hang" } } })
      local numbers = real("good", { timeout = 0.1 }, 0.02)
      local record, info = numbers.buy{ phone_number = NUMBER }
      assert.is_true(record ~= nil or info.kind == "ambiguous", tostring(info))
      client:close()
      require("twilio.core").sleep(late)
      assert.equal(1, server:truth("good").purchases[NUMBER])
      came(record and "bought once" or info)
    end
  end)

  fault(23, "a kept connection that was closed while idle", function (came)
    server:script("good", { requests = { { "answer", "shutdown" }, { "answer", "close" } } })
    local numbers = real("good")
    for _ = 1, 3 do
      local _, info = assert(numbers.list_incoming{})
      assert.equal(1, info.attempts)
      require("twilio.core").sleep(0.05)
    end
    local truth = server:truth("good")
    assert.equal(3, truth.requests)
    assert.equal(3, truth.connections)
    came("3 calls, 3 requests")
  end)

  fault(24, "a kept connection: the request is done, then closed or reset in silence", function (came)
    for _, ending in ipairs{ "close", "rst" } do
      server:reset()
      server:script("good", { requests = { { "answer" }, { "process", ending } } })
      local numbers = real("good")
      assert(numbers.list_incoming{})
      local _, info = assert(numbers.buy{ phone_number = NUMBER })
      local truth = server:truth("good")
      assert.equal(1, truth.purchases[NUMBER])
      assert.equal(0, truth.updates)   -- a second POST of an owned number would be one
      assert.is_true(info.reconciled)
      client:close()
    end
    came("bought once, no second POST")
  end)

  fault(24, "what libcurl does by itself there: it sends again, unless guarded", function (came)
    local core, curl = require "twilio.core", require "twilio.curl"
    local account = assert(core.account{ account_sid = catalogue.ACCOUNT, user = catalogue.ACCOUNT,
      secret = catalogue.SECRET, api_url = server:url("good") })
    for _, guard in ipairs{ false, true } do
      server:reset()
      server:script("good", { requests = { { "answer" }, { "process", "close" } } })
      local pool = assert(curl.pool{ ca_file = server.ca, proxy = "", connect_timeout = 5 })
      local look = core.request("list_incoming", account, {})
      look.timeout = 5
      assert(pool:perform(look))
      local request = core.request("add_outgoing", account, { phone_number = NUMBER })
      request.timeout, request.fresh, request.guard = 5, false, guard
      local answer, failure = pool:perform(request)
      pool:close()
      assert.equal(guard and 1 or 2, server:truth("good").calls)
      came(guard and ("guarded: %s, rang once"):format(failure.kind)
        or ("unguarded: status %d, sent %d, rang twice"):format(answer.status, answer.sent))
    end
  end)

  fault(25, "a server that closes after every response, one that never does", function (came)
    local function files ()
      local stat = io.open("/proc/self/stat")
      local pipe = io.popen("sleep 0.1; ls /proc/" .. stat:read("*n") .. "/fd | wc -l") -- once this popen is through
      stat:close()
      local count = pipe:read("*n")
      pipe:close()
      return count
    end
    local numbers = real("good")
    for _, script in ipairs{ { every_request = { { answer = { headers = { Connection = "close" } } } } }, {} } do
      server:reset()
      server:script("good", script)
      assert(numbers.list_incoming{})
      local before = files()
      for _ = 1, 150 do assert(numbers.list_incoming{}) end
      assert.is_true(files() - before <= 1, files() - before .. " more open files")
      came("150 calls, " .. server:truth("good").connections .. " connections")
    end
  end)

  fault(26, "a response that comes a byte at a time", function (came)
    server:script("good", { requests = { { { answer = { slice = 1 } } } } })
    local page, info = real("good").list_incoming{}
    assert.equal(1, info.attempts)
    came("a page of " .. #page.incoming_phone_numbers)
  end)

  fault(28, "very slow, and fast enough; very slow, and the timeout comes first", function (came)
    server:script("good", { requests = { { { answer = { slice = 10, delay = 0.01 } } } } })
    local _, info = assert(real("good", { timeout = 5 }).list_incoming{})
    assert.equal(1, info.attempts)
    client:close()
    server:script("good", { every_request = { { answer = { slice = 1, delay = 0.02 } } } })
    local numbers = real("good", { timeout = 0.3, max_attempts = 1 })
    local took = elapsed(function ()
      came(fails({ kind = "timeout", attempts = 1, sent = true }, numbers.list_incoming{}))
    end)
    assert.is_true(took < 1.5, "took " .. took)   -- all of it takes some ten
  end)

  fault(29, "half closed after the headers", function (came)
    local steps = { { reply = { status = 200, body = "{}", length = 10 } }, "fin", "hang" }
    server:script("good", { every_request = steps })
    came(read_fails("good", { kind = "network", attempts = 4, sent = true }))
    client:close()
    server:reset()
    came(buys({ "process", { reply = { status = 201, body = "{}", length = 10 } }, "fin", "hang" }, true))
  end)

  fault(30, "TLS closed without a goodbye in the middle of the body", function (came)
    server:script("good", { every_request = { { answer = { cut = 400 } }, "close" } })
    came(read_fails("good", { kind = "network", attempts = 4, sent = true }))
    client:close()
    server:reset()
    came(buys({ { answer = { cut = 400 } }, "close" }, true))
    client:close()
    -- Of a body without a length libcurl 7.88 takes a broken connection for the end. JSON cut short is no JSON.
    server:reset()
    server:script("good", { every_request = { { answer = { length = false, cut = 400 } }, "close" } })
    came(read_fails("good", { kind = "protocol", attempts = 4, sent = true }))
    client:close()
    server:reset()
    came(buys({ { answer = { length = false, cut = 400 } }, "close" }, true))
  end)

  fault(27, "a drip below the limit of 10 bytes a second for 15 seconds (here a fifth of that)", function (came)
    server:script("good", { every_request = { { send = "HTTP/1.1 200 OK\r\n" },
      { send = "X: y\r\n", slice = 1, delay = 0.3, times = 50 } } })
    local said = child.run(([[
      local core = require "twilio.core"
      local client = require("twilio").new{ account_sid = "AC" .. ("a"):rep(32), auth_token = "x", max_attempts = 1,
        api_url = "%s", ca_file = "%s", proxy = "" }
      local start = core.now()
      local _, err = client.numbers.list_incoming{}
      local took = core.now() - start
      print(err.kind, err.sent, took >= 3 and took < 6 and "in time" or took, err)]]):format(
      server:url("good"), server.ca), { before = "SHIM_SLOW=5 LD_PRELOAD=" .. native.library("shim") })
    assert.truthy(said:find("^timeout\ttrue\tin time"), said)
    came(said)
  end)
end)
