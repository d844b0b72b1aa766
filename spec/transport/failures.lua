-- The part of the contract where it does not: cuts, bytes that are no HTTP, limits, servers, time, proxies.

local assert = require "luassert"
local busted = require "busted"
local describe, it = busted.describe, busted.it

return function (t)
  local send, answered, succeeds, fails = t.send, t.answered, t.succeeds, t.fails

  -- Over no later than the time given, and what a busy machine adds. (What is waited for takes two seconds or more.)
  local function soon (result, seconds) assert.is_true(result.elapsed < seconds + 1) end

  describe("a cut response is never taken for a whole one:", function ()
    -- Cut before every byte: but an end without the empty line behind the last chunk is an end.
    local function cuts (whole, at)
      local scripts, requests, last = {}, {}, #whole - (whole:find("chunked", 1, true) and 2 or 0)
      for i = 1, last do
        scripts[i] = i > 1 and { { send = whole:sub(1, i - 1) }, "close" } or { "close" }
        requests[i] = { path = "/x.json", method = "POST", body = "N=" .. i, guard = true, fresh = true }
      end
      t.server:script(at, { requests = scripts })
      for _, result in ipairs(send(at, requests)) do
        fails(result, { "network", "protocol" }, 1)
      end
      assert.equal(last, t.server:truth(at).requests)
    end

    it("with a length", function ()
      cuts("HTTP/1.1 201 Created\r\nContent-Type: a/b\r\nContent-Length: 11\r\n\r\n{\"sid\":\"x\"}", "plain")
    end)

    it("with a length, over TLS", function ()
      cuts("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", "good")
    end)

    it("chunked", function ()
      cuts("HTTP/1.1 201 Yes\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n", "plain")
    end)

    it("by a reset", function ()
      local sent = { send = "HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\n{" }
      fails(answered{ sent, { wait = 0.05 }, "rst" }, "network", 1, true)
    end)
  end)

  describe("what is no HTTP/1.x response is a protocol failure:", function ()
    local function refuses (title, sent)
      it(title, function ()
        fails(answered{ { send = sent }, { wait = 0.05 }, "close" }, "protocol", 1, true)
      end)
    end

    for what, chunk in pairs{ ["without a size"] = "x\r\n", ["longer than its size"] = "2\r\nabc\r\n0\r\n\r\n" } do
      it("a chunk " .. what .. " (libcurl says no more than network)", function ()
        local sent = { send = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. chunk }
        fails(answered{ sent, { wait = 0.05 }, "close" }, { "protocol", "network" }, 1, true)
      end)
    end

    refuses("HTTP/0.9", "hello world, this is no header\r\n")
    refuses("HTTP/2", "\0\0\18\4\0\0\0\0\0\0\3\0\0\0\128\0\4\0\1\0\0\0\5\0\255\255\255")
    refuses("status 000", "HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n")
    refuses("status 999", "HTTP/1.1 999 Much\r\nContent-Length: 0\r\n\r\n")
    refuses("status 1000", "HTTP/1.1 1000 More\r\nContent-Length: 0\r\n\r\n")
    refuses("status 101", "HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab")
    refuses("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")
    refuses("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")
    refuses("a length in words", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nab")
    for _, length in ipairs{ "", "+2", "2, 2", "2, 3", "2 3", "2;", "0x2", "2.0" } do
      refuses("a length of " .. ("%q"):format(length), "HTTP/1.1 200 OK\r\nContent-Length: " .. length .. "\r\n\r\nabc")
    end
    for what, line in pairs{
      ["is folded"] = "A: b\r\n c: d", ["is folded at a tab"] = "A: b\r\n\tc",
      ["has a blank before its colon"] = "A : b",
      ["has no colon"] = "nonsense", ["has no name"] = ": b", ["has a bare CR"] = "A: b\rC: d",
      ["has a NUL"] = "A: b\0c",
      ["is a status line"] = "HTTP/1.1 200 OK",
    } do
      refuses("a header that " .. what, "HTTP/1.1 200 OK\r\n" .. line .. "\r\nContent-Length: 2\r\n\r\nab")
    end
    refuses("a trailer that is no header",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nHTTP/1.1: x\r\n\r\n")
    for _, coding in ipairs{ "identity", "x-unknown", "gzip, chunked", "chunked\r\nTransfer-Encoding: chunked" } do
      refuses("a transfer coding of " .. ("%q"):format(coding),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: " .. coding .. "\r\n\r\n2\r\nab\r\n0\r\n\r\n")
    end
    refuses("chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")
    refuses("a content encoding that nobody asked for",
      "HTTP/1.1 200 OK\r\nContent-Encoding: x-unknown\r\nContent-Length: 2\r\n\r\nab")
  end)

  describe("what would never end is a limit:", function ()
    it("a body of more than 8 MiB", function ()
      fails(answered{ { reply = { status = 200, body = ("x"):rep(1024), ["repeat"] = 9 * 1024 } } }, "limit", 1, false)
    end)

    it("a body of more than 8 MiB in chunks", function ()
      fails(answered{ { reply = { status = 200, body = ("x"):rep(1024), ["repeat"] = 9 * 1024, chunked = true } } },
        "limit", 1, false)
    end)

    it("headers", function ()
      local more = { send = "X-More: 0123456789012345678901234567890\r\n", times = 20000 }
      fails(answered{ { send = "HTTP/1.1 200 OK\r\n" }, more }, "limit", 1, false)
    end)

    it("one header", function ()
      fails(answered{ { send = "HTTP/1.1 200 OK\r\nX-Long: " }, { send = ("x"):rep(4096), times = 64 }, "hang" },
        "limit", 1, false)
    end)

    it("1xx heads", function ()
      fails(answered{ { send = "HTTP/1.1 103 Early\r\nA: 1\r\n\r\n", times = 5000 }, "hang" }, "limit", 1, false)
    end)
  end)

  describe("a server that cannot be had", function ()
    it("refuses: connect", function ()
      local origin = t.server:url("blackhole", t.host):gsub(":%d+$", ":1")   -- nobody listens below 1024 on a test host
      fails(t.perform({ proxy = "", connect_timeout = 2, ca_file = t.server.ca }, origin, { { path = "/x" } })[1],
        "connect", 0, true)
    end)

    it("never answers: timeout, when the time to connect is over", function ()
      local result = send("blackhole", { path = "/x" }, { connect_timeout = 0.3 })[1]
      fails(result, "timeout", 0, true)
      soon(result, 0.3)
    end)

    it("never shakes hands: timeout", function ()
      t.server:script("good", { connections = { { { wait = 2 } } } })
      local result = send("good", { path = "/x" }, { connect_timeout = 0.3 })[1]
      fails(result, "timeout", 0, true)
      soon(result, 0.3)
    end)

    it("speaks no TLS: tls", function ()
      t.server:script("good", { connections = { { { send = "SSH-2.0-OpenSSH_9.2p1\r\n" }, { wait = 0.1 }, "close" } } })
      fails(send("good", { path = "/x" })[1], "tls", 0, true)
    end)

    it("closes at once: tls", function ()
      t.server:script("good", { connections = { { "close" } } })
      fails(send("good", { path = "/x" })[1], "tls", 0, true)
    end)

    it("speaks an old TLS alone: tls", function ()
      fails(send("old_tls", { path = "/x" })[1], "tls", 0, true)
    end)

    for _, at in ipairs{ "self_signed", "wrong_host", "expired", "not_yet", "unknown_ca" } do
      it("proves itself with a certificate that is " .. at .. ": certificate, and nothing is sent", function ()
        fails(send(at, { path = "/x" })[1], "certificate", 0, false)
        local truth = t.server:truth(at)
        assert.equal(0, truth.requests)
        assert.equal(0, truth.authorization)
      end)
    end
  end)

  describe("time", function ()
    it("is over for a server that read the request and says nothing", function ()
      local result = answered({ "hang" }, { path = "/x", timeout = 0.3 })
      fails(result, "timeout", 1, true)
      assert.is_true(result.elapsed >= 0.29)
      soon(result, 0.3)
    end)

    it("is over for one that drips", function ()
      local sent = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" .. ("x"):rep(100)
      local result = answered({ { send = sent, slice = 1, delay = 0.05 } }, { path = "/x", timeout = 0.4 })
      fails(result, "timeout", 1, true)
      assert.is_true(result.elapsed >= 0.39)
      soon(result, 0.4)
    end)
  end)

  describe("a proxy", function ()
    if t.lacks.proxy then
      return busted.pending(t.lacks.proxy)
    end

    local function through (requests, settings)
      settings = settings or {}
      settings.proxy = settings.proxy or "http://" .. t.host .. ":" .. t.server.ports.proxy
      return send("good", requests, settings)
    end

    it("passes TLS on, and sees nothing of the account", function ()
      succeeds(through{ path = "/x.json" }[1])
      local truth = t.server:truth "proxy"
      assert.equal("CONNECT", truth.last[1].method)
      assert.equal(t.host .. ":" .. t.server.ports.good, truth.last[1].target)
      assert.equal(0, truth.authorization)
      assert.equal(1, t.server:truth("good").requests)
    end)

    it("is told its own credential", function ()
      local proxy = "http://me:se%63ret@" .. t.host .. ":" .. t.server.ports.proxy
      succeeds(through({ path = "/x.json" }, { proxy = proxy })[1])
      assert.equal("Basic bWU6c2VjcmV0", t.server:truth("proxy").last[1].headers["proxy-authorization"])
      assert.is_nil(t.server:truth("good").last[1].headers["proxy-authorization"])
    end)

    it("may know a name without a password, and need no scheme", function ()
      succeeds(through({ path = "/x.json" }, { proxy = "me@" .. t.host .. ":" .. t.server.ports.proxy })[1])
      assert.equal("Basic bWU6", t.server:truth("proxy").last[1].headers["proxy-authorization"])
    end)

    it("carries only what was to go through it, and through it for the same user", function ()
      local at = "@" .. t.host .. ":" .. t.server.ports.proxy
      succeeds(send("good", { path = "/1.json" })[1])
      succeeds(through{ path = "/2.json" }[1])
      succeeds(through({ path = "/3.json" }, { proxy = "http://me:1" .. at })[1])
      succeeds(through({ path = "/4.json" }, { proxy = "http://you:1" .. at })[1])
      succeeds(send("good", { path = "/5.json" })[1])
      local users = {}
      for i, seen in ipairs(t.server:truth("proxy").last) do
        users[i] = seen.headers["proxy-authorization"] or "nobody"
      end
      assert.same({ "nobody", "Basic bWU6MQ==", "Basic eW91OjE=" }, users)
    end)

    it("holds one tunnel for several requests", function ()
      for _, result in ipairs(through{ { path = "/1.json" }, { path = "/2.json" } }) do succeeds(result) end
      assert.equal(1, t.server:truth("proxy").requests)
      assert.equal(2, t.server:truth("good").requests)
    end)

    for _, status in ipairs{ 407, 502 } do
      it("that answers " .. status .. " is a proxy failure", function ()
        t.server:script("proxy", { requests = { { { reply = { status = status } } } } })
        fails(through{ path = "/x", guard = true }[1], "proxy", 0)
        assert.equal(0, t.server:truth("good").connections)
      end)
    end

    it("that is not there is a proxy failure", function ()
      fails(through({ path = "/x" }, { proxy = "http://127.0.0.1:1" })[1], "proxy", 0, true)
    end)

    it("that hangs is a timeout", function ()
      t.server:script("proxy", { requests = { { "hang" } } })
      local result = through({ path = "/x", guard = true }, { connect_timeout = 0.3 })[1]
      fails(result, "timeout", 0, true)
      soon(result, 0.3)
    end)
  end)
end
