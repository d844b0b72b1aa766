-- twilio.curl, the pool and its exchanges, against a server that fails on request.

local core = require "twilio.core"
local curl = require "twilio.curl"
local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"
local scan = require "spec.support.scan"

local SID, SECRET = requests.SID, requests.SECRET
local account, request_to, post = requests.account, requests.to, requests.post

local DEAD = { { "answer" }, { "process", "close" } }  -- a connection is kept, and dies at its second request

describe("twilio.curl", function ()
  local server, pool, request

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)

  before_each(function ()
    server:reset()
    pool = assert(curl.pool{ ca_file = server.ca })
    request = request_to(server:url("good"), account(server:url("good")))
  end)
  after_each(function () pool:close() end)

  local function last (at)
    local seen = server:truth(at or "good").last
    return seen[#seen]
  end

  describe("a request", function ()
    it("carries the account's Basic credential", function ()
      assert(pool:perform(request()))
      assert.equal("Basic " .. scan.base64(SID .. ":" .. SECRET), last().headers.authorization)
    end)

    it("carries the headers given, and gzip as the one coding accepted", function ()
      assert(pool:perform(request()))
      local headers = last().headers
      assert.same({ "spec", "application/json", "gzip" },
        { headers["user-agent"], headers.accept, headers["accept-encoding"] })
    end)

    it("posts its body byte by byte, a NUL included", function ()
      assert(pool:perform(post(request, { body = "a=1\0&b=\255" })))
      assert.same({ "POST", "8", nil }, { last().method, last().headers["content-length"], last().headers.expect })
    end)

    it("posts nothing as nothing", function ()
      local sent = post(request)
      sent.body = nil
      assert(pool:perform(sent))
      assert.same({ "POST", "0", "" }, { last().method, last().headers["content-length"], last().body })
    end)

    it("deletes without a body", function ()
      assert(pool:perform(request{ method = "DELETE" }))
      assert.same({ "DELETE", "" }, { last().method, last().body })
    end)

    it("leaves nothing of itself in the next one", function ()
      assert(pool:perform(post(request)))
      assert(pool:perform(request{ headers = {} }))
      local seen = last()
      assert.same({ "GET", "", nil, nil },
        { seen.method, seen.body, seen.headers["content-type"], seen.headers["user-agent"] })
    end)

    it("never goes to another origin than the account's", function ()
      local response, failure = pool:perform(request{ url = "https://127.0.0.1:1/x" })
      assert.is_nil(response)
      assert.same({ "config", 0 }, { failure.kind, failure.sent })
    end)

    it("fails as closed once its account is closed", function ()
      local own = account(server:url("good"))
      own:close()
      local _, failure = pool:perform(request{ account = own })
      assert.equal("closed", failure.kind)
    end)

    it("raises where core would not have made it", function ()
      local wrong = {
        { method = "PUT" }, { method = 1 }, { url = false }, { url = "https://a\0b" }, { account = {} },
        { timeout = "5" }, { body = 5 }, { headers = 1 },
      }
      for i, changes in ipairs(wrong) do
        assert.is_false(pcall(pool.perform, pool, request(changes)), i)
      end
      assert.equal(0, server:truth("good").requests)
    end)
  end)

  describe("a response", function ()
    local function reply (fields)
      server:script("good", { requests = { { { reply = fields } } } })
      return pool:perform(request())
    end

    it("has status, lower-case headers with repeats joined, body and sent", function ()
      local response = assert(reply{ status = 404, body = "{}", headers = { ["X-One"] = { "a", " b " } } })
      assert.same({ 404, "{}", 1, "a, b" },
        { response.status, response.body, response.sent, response.headers["x-one"] })
    end)

    it("is the final one, not the informational ones before it", function ()
      server:script("good", { requests = { { { send = "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\n" },
                                             { reply = { status = 200 } } } } })
      local response = assert(pool:perform(request()))
      assert.same({ 200, nil }, { response.status, response.headers["x-early"] })
    end)

    it("has no header that came behind its body", function ()
      server:script("good", { requests = { { { send = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        .. "2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n" } } } })
      local response = assert(pool:perform(request()))
      assert.same({ "ok", nil }, { response.body, response.headers["x-late"] })
    end)

    it("is unpacked", function ()
      assert.equal(("x"):rep(5000), assert(reply{ status = 200, body = ("x"):rep(5000), encode = { "gzip" } }).body)
    end)

    it("may be empty", function ()
      assert.equal("", assert(reply{ status = 204 }).body)
    end)

    it("is never followed elsewhere", function ()
      local response = assert(reply{ status = 307, headers = { Location = server:url("plain") .. "/x" } })
      assert.equal(307, response.status)
      assert.equal(0, server:truth("plain").connections)
    end)
  end)

  describe("what was sent", function ()
    -- Both requests on one connection, which the server kills after it has done what the second asks.
    local function dead (changes)
      server:script("good", { requests = DEAD })
      assert(pool:perform(request()))
      return pool:perform(post(request, changes))
    end

    it("is 2 where libcurl sends again on a kept connection that died", function ()
      local response = assert(dead())
      assert.same({ 201, 2 }, { response.status, response.sent })
      assert.equal(3, server:truth("good").requests)
    end)

    it("is 1, and a failure, where the request is guarded", function ()
      local response, failure = dead{ guard = true }
      assert.is_nil(response)
      assert.same({ "network", 1, true }, { failure.kind, failure.sent, failure.transient })
      assert.equal(2, server:truth("good").requests)
    end)

    it("is 1 on a fresh connection, which no earlier one can spoil", function ()
      server:script("good", { requests = { { "answer" } } })
      assert(pool:perform(request()))
      assert.same({ 201, 1 }, { assert(pool:perform(post(request, { fresh = true, guard = true }))).status,
                                server:truth("good").purchases["+14155550100"] })
      assert.equal(2, server:truth("good").connections)
    end)

    it("is 0 where no connection came about", function ()
      local kinds = {}
      for _, at in ipairs{ "closed", "self_signed", "wrong_host", "expired", "old_tls" } do
        local _, failure = pool:perform(request_to(server:url(at), account(server:url(at)))())
        kinds[#kinds + 1] = failure.kind .. failure.sent
      end
      assert.same({ "connect0", "certificate0", "certificate0", "certificate0", "tls0" }, kinds)
    end)

    it("is 1 where the answer was cut off inside its headers", function ()
      server:script("good", { requests = { { { send = "HTTP/1.1 201 Created\r\nContent-Le" }, "close" } } })
      local response, failure = pool:perform(post(request))
      assert.is_nil(response)
      assert.same({ "network", 1, true }, { failure.kind, failure.sent, failure.transient })
    end)
  end)

  describe("time", function ()
    it("bounds an attempt", function ()
      server:script("good", { requests = { { "hang" } } })
      local began = core.now()
      local _, failure = pool:perform(request{ timeout = 0.2 })
      assert.same({ "timeout", 1, true }, { failure.kind, failure.sent, failure.transient })
      assert.is_true(core.now() - began < 1.5)
    end)

    it("bounds a connection's making", function ()
      local quick = assert(curl.pool{ ca_file = server.ca, connect_timeout = 0.2 })
      local began = core.now()
      local url = "https://127.0.0.1:" .. server.ports.blackhole
      local _, failure = quick:perform(request_to(url, account(url))())
      quick:close()
      assert.same({ "timeout", 0 }, { failure.kind, failure.sent })
      assert.is_true(core.now() - began < 1.5)
    end)

    it("of none left is no time, not for ever", function ()
      server:script("good", { every_request = { "hang" } })
      for _, timeout in ipairs{ 0, -1, 0 / 0 } do
        local _, failure = pool:perform(request{ timeout = timeout })
        assert.same({ "timeout", 0 }, { failure.kind, failure.sent })
        local exchange = assert(pool:start(request()))
        exchange:allow(timeout)
        assert.equal("timeout", select(2, exchange:take()).kind)
      end
    end)
  end)

  describe("connections", function ()
    it("are kept", function ()
      for _ = 1, 5 do assert(pool:perform(request())) end
      assert.equal(1, server:truth("good").connections)
    end)

    it("of a wave are kept for the next wave", function ()
      server:script("good", { every_request = { { wait = 0.05 }, "answer" } })
      for _ = 1, 3 do
        local wave = {}
        for i = 1, 12 do wave[i] = assert(pool:start(request())) end
        for i = 1, 12 do assert(wave[i]:take()) end
        assert(pool:perform(request()))
      end
      assert.equal(12, server:truth("good").connections)
    end)

    it("are no other pool's", function ()
      local other = assert(curl.pool{ ca_file = server.ca })
      assert(pool:perform(request()))
      assert(other:perform(request()))
      other:close()
      assert.equal(2, server:truth("good").connections)
    end)

    it("trust the system's authorities where none is named", function ()
      local system = assert(curl.pool{})
      local _, failure = system:perform(request())
      system:close()
      assert.same({ "certificate", false }, { failure.kind, failure.transient })
    end)

    it("trust a directory that is named", function ()
      local directory = server.directory .. "/hashed"
      os.execute(("mkdir %s && cp %s %s && openssl rehash %s"):format(directory, server.ca, directory, directory))
      local hashed = assert(curl.pool{ ca_path = directory })
      assert.equal(404, assert(hashed:perform(request())).status)
      hashed:close()
    end)

    it("fail as a matter of configuration where the CA file cannot be read", function ()
      local without = assert(curl.pool{ ca_file = "/nowhere/ca.pem" })
      local _, failure = without:perform(request())
      without:close()
      assert.same({ "config", 0, false }, { failure.kind, failure.sent, failure.transient })
    end)

    it("go through a proxy that hears no credential", function ()
      local through = assert(curl.pool{ ca_file = server.ca, proxy = server:url("proxy") })
      assert.equal(404, assert(through:perform(request())).status)
      through:close()
      assert.same({ "CONNECT", 0 }, { last("proxy").method, server:truth("proxy").authorization })
    end)

    it("fail as the proxy's where the proxy refuses", function ()
      server:script("proxy", { requests = { { { reply = { status = 407 } } } } })
      local through = assert(curl.pool{ ca_file = server.ca, proxy = server:url("proxy") })
      local _, failure = through:perform(request())
      through:close()
      assert.same({ "proxy", 0, true }, { failure.kind, failure.sent, failure.transient })
    end)
  end)

  describe("an exchange", function ()
    it("goes on beside another", function ()
      server:script("good", { every_request = { { wait = 0.3 }, "answer" } })
      local began = core.now()
      local first, second = assert(pool:start(request())), assert(pool:start(request()))
      assert.same({ 404, 404 }, { assert(first:take()).status, assert(second:take()).status })
      assert.is_true(core.now() - began < 0.59)
    end)

    it("is told of once, when it is done", function ()
      local exchange = assert(pool:start(request()))
      exchange:notify("this one")
      assert.is_false(exchange:done())
      assert.equal("this one", pool:step(5))
      assert.is_true(exchange:done())
      assert.is_nil(pool:step(0))
    end)

    it("is told of also where it was done before", function ()
      local exchange = assert(pool:start(request()))
      assert(pool:perform(request()))
      while not exchange:done() do pool:step(1) end
      exchange:notify("late")
      assert.equal("late", pool:step(0))
    end)

    it("is taken once", function ()
      local exchange = assert(pool:start(request()))
      assert(exchange:take())
      local response, failure = exchange:take()
      assert.same({ nil, "closed" }, { response, failure.kind })
    end)

    it("is not told of when it was abandoned", function ()
      local exchange = assert(pool:start(request()))
      exchange:notify("gone")
      exchange:close()
      exchange:close()
      assert.is_nil(pool:step(0.05))
    end)

    it("is abandoned when it is collected", function ()
      server:script("good", { every_request = { "hang" } })
      for _ = 1, 3 do assert(pool:start(request())):notify("nobody") end
      pool:step(0.2)
      collectgarbage()
      collectgarbage()
      assert.is_nil(pool:step(0))
      assert.equal(3, server:truth("good").connections)
    end)

    it("keeps its pool alive", function ()
      local exchange = assert(assert(curl.pool{ ca_file = server.ca }):start(request()))
      collectgarbage()
      collectgarbage()
      assert.equal(404, assert(exchange:take()).status)
    end)

    it("fails as closed once its pool is closed", function ()
      local exchange = assert(pool:start(request()))
      pool:close()
      local response, failure = exchange:take()
      assert.same({ nil, "closed" }, { response, failure.kind })
      assert.is_true(exchange:done())
      exchange:close()
    end)
  end)

  describe("a pool", function ()
    it("is closed as often as one likes, and then says so", function ()
      pool:close()
      pool:close()
      for _, method in ipairs{ "perform", "start", "step" } do
        local value, failure = pool[method](pool, method == "step" and 0 or request())
        assert.same({ nil, "closed" }, { value, failure.kind })
      end
    end)

    it("tells nothing of itself", function ()
      assert.is_false(getmetatable(pool))
      assert.is_nil(scan.find(pool, SECRET))
    end)

    it("hands no credential to a failure", function ()
      local proxied = assert(curl.pool{ ca_file = server.ca, proxy = "http://user:hidden-from-everybody@127.0.0.1:1" })
      local _, failure = proxied:perform(request())
      proxied:close()
      assert.is_nil(scan.find(failure, "hidden-from-everybody"))
      assert.is_nil(scan.find(failure, SECRET))
    end)
  end)
end)
