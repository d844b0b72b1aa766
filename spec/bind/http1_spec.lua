-- core.encode and core.reader: the tables that cross. The grammar of responses is spec/core/http1_spec.lua's.

local core = require "twilio.core"

local SID = "AC" .. ("0"):rep(32)
local BASIC = "Authorization: Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzZWNyZXQ=\r\n"

local function account (url)
  return assert(core.account{ account_sid = SID, user = SID, secret = "secret", api_url = url })
end

local function request (fields, origin)
  origin = origin or "https://api.example.com"
  local r = { method = "GET", url = origin .. "/a?b=c", headers = {}, account = account(origin) }
  for name, value in pairs(fields or {}) do r[name] = value end
  return r
end

local function refused (fields, kind)
  local bytes, failure = core.encode(request(fields))
  assert.is_nil(bytes)
  assert.equal(kind, failure.kind)
  assert.equal(0, failure.sent)
  assert.is_false(failure.transient)
  return failure
end

describe("core.encode", function ()
  it("writes a request", function ()
    local bytes = core.encode(request{ method = "POST", headers = { ["User-Agent"] = "x" }, body = "d=e" })
    assert.equal("POST /a?b=c HTTP/1.1\r\nHost: api.example.com\r\n" .. BASIC .. "Accept-Encoding: identity\r\n" ..
      "User-Agent: x\r\nContent-Length: 3\r\n\r\nd=e", bytes)
  end)

  it("writes one without headers and body", function ()
    local bare = request{ method = "DELETE" }
    bare.headers = nil
    assert.equal("DELETE /a?b=c HTTP/1.1\r\nHost: api.example.com\r\n" .. BASIC .. "Accept-Encoding: identity\r\n\r\n",
      core.encode(bare))
  end)

  it("says how long a POST of nothing is", function ()
    assert.truthy(core.encode(request{ method = "POST" }):find("\r\nContent-Length: 0\r\n\r\n", 1, true))
  end)

  it("names the port, and the brackets of an IPv6 address", function ()
    assert.truthy(core.encode(request({}, "https://[::1]:8443")):find("\r\nHost: [::1]:8443\r\n", 1, true))
  end)

  it("gives a query without a path the path /", function ()
    assert.equal("GET /?b=c HTTP/1.1", core.encode(request{ url = "https://api.example.com?b=c" }):match "^[^\r]*")
  end)

  it("leaves the request as it was", function ()
    local r = request{ headers = { A = "b" } }
    core.encode(r)
    assert.same({ A = "b" }, r.headers)
    assert.is_nil(r.headers.Authorization)
  end)

  it("gives the credential to no other origin", function ()
    for _, url in ipairs{ "https://evil.example.com/", "http://api.example.com/", "https://api.example.com:8443/",
                          "https://api.example.com.evil.com/", "https://api.example.com@evil.com/", "/a", "",
                          "https://api.example.com" } do
      refused({ url = url }, "invalid")
    end
  end)

  it("gives nothing for a closed account", function ()
    local closed = account "https://api.example.com"
    closed:close()
    refused({ account = closed }, "closed")
  end)

  it("lets nothing into the request that could end a line", function ()
    for _, evil in ipairs{ "a\r\nb", "a\nb", "a\rb", "a\0b", "a\127b" } do
      refused({ headers = { X = evil } }, "invalid")
      refused({ headers = { [evil] = "x" } }, "invalid")
      refused({ method = evil }, "invalid")
      refused({ url = "https://api.example.com/" .. evil }, "invalid")
    end
    for _, evil in ipairs{ "/a b", "/a\tb", "/\195\164", "/a#b" } do
      refused({ url = "https://api.example.com" .. evil }, "invalid")
    end
    refused({ headers = { [""] = "x" } }, "invalid")
    refused({ headers = { ["A:"] = "x" } }, "invalid")
    refused({ headers = { "x" } }, "invalid")
    refused({ headers = { X = 1 } }, "invalid")
  end)

  it("frames the request itself", function ()
    for _, name in ipairs{ "Host", "AUTHORIZATION", "content-length", "Transfer-Encoding", "Connection", "Expect" } do
      refused({ headers = { [name] = "x" } }, "invalid")
    end
  end)

  it("never shows the credential in a failure", function ()
    local failure = refused({ headers = { X = "a\nb" } }, "invalid")
    assert.is_nil(failure.message:find("QUMw", 1, true))
    assert.is_nil(failure.message:find("secret", 1, true))
  end)

  it("writes 2 MiB at most, to the byte", function ()
    local most = 2 * 1024 * 1024
    local head = #core.encode(request{ method = "POST", body = ("x"):rep(1000000) }) - 1000000
    local body = ("x"):rep(most - head)
    assert.equal(most, #core.encode(request{ method = "POST", body = body }))
    refused({ method = "POST", body = body .. "x" }, "invalid")
  end)

  it("writes headers of any length and number", function ()
    local headers = {}
    for i = 1, 200 do headers["X-" .. i] = ("v"):rep(i) end
    local bytes = core.encode(request{ headers = headers })
    for name, value in pairs(headers) do
      assert.truthy(bytes:find("\r\n" .. name .. ": " .. value .. "\r\n", 1, true))
    end
  end)

  it("raises for what is no request", function ()
    assert.error(function () core.encode() end)
    assert.error(function () core.encode{} end)
    assert.error(function () core.encode(request{ account = "AC" }) end)
    assert.error(function () core.encode(request{ account = core.reader "GET" }) end)
    assert.error(function () core.encode(request{ body = {} }) end)
    assert.error(function () core.encode(request{ headers = "A: b" }) end)
  end)
end)

describe("core.reader", function ()
  local OK = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nok"

  it("answers false for more, true when complete", function ()
    local reader = core.reader "GET"
    assert.is_false(reader:feed(OK:sub(1, -2)))
    assert.is_true(reader:feed(OK:sub(-1)))
    assert.is_true(reader:finish())
    assert.is_true(reader:feed "")
  end)

  it("answers the response as often as it is asked", function ()
    local reader = core.reader "GET"
    reader:feed(OK)
    local expected = { status = 200, headers = { a = "b", ["content-length"] = "2" }, body = "ok" }
    assert.same(expected, reader:response())
    assert.same(expected, reader:response())
  end)

  it("answers no response before it is complete", function ()
    local reader = core.reader "GET"
    assert.is_nil(reader:response())
    reader:feed(OK:sub(1, -2))
    assert.is_nil(reader:response())
  end)

  it("answers a failure of kind, message, transient and sent, and the same ever after", function ()
    local reader = core.reader "GET"
    local done, failure = reader:feed "SSH-2.0\r\n"
    assert.is_nil(done)
    assert.same({ kind = "protocol", message = "the answer is not HTTP/1.x", transient = true, sent = 0 }, failure)
    assert.same({ nil, failure }, { reader:feed(OK) })
    assert.same({ nil, failure }, { reader:finish() })
    assert.is_nil(reader:response())
    assert.is_false(reader:keepalive())
  end)

  it("keeps bodies of any bytes", function ()
    local bytes = {}
    for i = 0, 255 do bytes[i + 1] = string.char(i) end
    local body = table.concat(bytes)
    local reader = core.reader "GET"
    reader:feed("HTTP/1.1 200 OK\r\nContent-Length: 256\r\n\r\n" .. body)
    assert.equal(body, reader:response().body)
  end)

  it("reads another response, of which the former leaves nothing", function ()
    local reader = core.reader "GET"
    for _, former in ipairs{ OK, OK .. "more", OK:sub(1, -2), OK:sub(1, 20), "SSH-2.0\r\n", "" } do
      reader:feed(former)
      reader:again "GET"
      assert.is_nil(reader:response())
      assert.is_true(reader:feed "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx")
      assert.same({ status = 201, headers = { ["content-length"] = "1" }, body = "x" }, reader:response())
      assert.is_true(reader:keepalive())
    end
    reader:again "HEAD"
    assert.is_true(reader:feed "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
  end)

  it("reads a large response, and others behind it", function ()
    local reader = core.reader "GET"
    for _, length in ipairs{ 1000000, 10, 70000 } do
      reader:again "GET"
      reader:feed("HTTP/1.1 200 OK\r\nContent-Length: " .. length .. "\r\n\r\n" .. ("x"):rep(length))
      assert.equal(("x"):rep(length), reader:response().body)
    end
  end)

  it("raises for a wrong self or argument", function ()
    local reader = core.reader "GET"
    assert.error(function () reader:again() end)
    assert.error(function () core.reader() end)
    assert.error(function () reader.feed({}, "x") end)
    assert.error(function () reader.feed(io.stdout, "x") end)
    assert.error(function () reader:feed() end)
    assert.error(function () reader:feed{} end)
  end)

  it("shows nobody its metatable", function ()
    assert.is_false(getmetatable(core.reader "GET"))
  end)

  it("is collected in any state", function ()   -- with its buffers, says make asan
    local readers = setmetatable({}, { __mode = "k" })
    for length = 0, #OK do
      local reader = core.reader "GET"
      reader:feed(OK:sub(1, length))
      readers[reader] = true
    end
    collectgarbage()
    collectgarbage()
    assert.same({}, readers)
  end)
end)
