-- The response reader, through core.reader: what it takes, what it refuses, and that slicing never matters.

local core = require "twilio.core"

-- Feeds a stream in slices of so many bytes and ends it: the reader when the response is complete; or nil, failure.
local function read (stream, method, size)
  local reader = core.reader(method or "GET")
  size = size or math.max(#stream, 1)
  for start = 1, #stream, size do
    local done, failure = reader:feed(stream:sub(start, start + size - 1))
    if done == nil then return nil, failure end
  end
  local done, failure = reader:finish()
  if not done then return nil, failure end
  return reader
end

local function body (stream, method)
  return assert(read(stream, method)):response().body
end

local function refused (kind, stream, method)
  local reader, failure = read(stream, method)
  assert.is_nil(reader)
  assert.equal(kind, failure.kind, failure.message)
  return failure
end

local OK = "HTTP/1.1 200 OK\r\n"

describe("the response reader", function ()
  describe("reads a status line", function ()
    for _, line in ipairs{ "HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK", "HTTP/1.9 200 OK",
                           "HTTP/1.1 200 Very \233\228 fine" } do
      it("like " .. line, function ()
        assert.equal(200, assert(read(line .. "\r\nContent-Length: 0\r\n\r\n")):response().status)
      end)
    end

    it("from 100 to 599", function ()
      assert.equal(599, assert(read "HTTP/1.1 599 x\r\n\r\n"):response().status)
    end)

    for _, line in ipairs{ "HTTP/1.1 099 x", "HTTP/1.1 600 x", "HTTP/1.1 1000 x", "HTTP/1.1 20 x", "HTTP/1.1 2x0 x",
                           "HTTP/1.1  200 x", "HTTP/1.1 200x", "HTTP/1.1\t200 x", "HTTP/1.1 -20 x", "HTTP/1.1",
                           "HTTP/1.x 200 OK", "HTTP/1.11 200 OK", "HTTP/2 200", "http/1.1 200 OK", " HTTP/1.1 200 OK",
                           "", "ICY 200 OK", "PRI * HTTP/2.0", "HTTP/1.1 200 a\0b", "HTTP/1.1 101 Switching" } do
      it("but not " .. ("%q"):format(line), function () refused("protocol", line .. "\r\n\r\n") end)
    end

    it("and refuses another protocol at its first byte", function ()
      local done, failure = core.reader("GET"):feed "S"
      assert.is_nil(done)
      assert.equal("protocol", failure.kind)
    end)
  end)

  describe("reads headers", function ()
    local function headers (lines)
      return assert(read(OK .. lines .. "Content-Length: 0\r\n\r\n")):response().headers
    end

    it("with names in lower case and values without the space around them", function ()
      assert.equal("a \tb", headers("X-ODD-Name: \t a \tb \t\r\n")["x-odd-name"])
    end)

    it("that are empty", function ()
      assert.equal("", headers("X:\r\n").x)
    end)

    it("that repeat, joined in their order", function ()
      assert.equal("1, , 2", headers("A: 1\r\na:\r\nA: 2\r\n").a)
    end)

    it("with bytes beyond ASCII", function ()
      assert.equal("\195\164\255", headers("X: \195\164\255\r\n").x)
    end)

    it("behind lines that end with LF alone", function ()
      assert.equal("hi", body "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi")
    end)

    for _, line in ipairs{ "no colon", ": no name", "A : space before the colon", " A: folded", "A\0: x", "A: x\0y",
                           "A: x\ry", "A: x\127", "A(B): x", "\195\164: x" } do
      it("but not " .. ("%q"):format(line), function () refused("protocol", OK .. line .. "\r\n\r\n") end)
    end

    it("up to 256 of them", function ()
      assert.equal("1", headers(("A: 1\r\n"):rep(255)).a:sub(1, 1))
      refused("limit", OK .. ("A: 1\r\n"):rep(257) .. "\r\n")
    end)

    it("up to 64 KiB of them", function ()
      local room = 65536 - #OK - #"A: \r\nContent-Length: 0\r\n\r\n"
      assert.equal(room, #headers("A: " .. ("x"):rep(room) .. "\r\n").a)
      refused("limit", OK .. "A: " .. ("x"):rep(room + 1) .. "\r\nContent-Length: 0\r\n\r\n")
    end)
  end)

  describe("skips 1xx heads", function ()
    local EARLY = "HTTP/1.1 103 Early\r\nLink: x\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"

    it("and all that they said", function ()
      local reader = assert(read(EARLY .. "HTTP/1.1 100 Continue\r\n\r\n" .. OK .. "Content-Length: 2\r\n\r\nok"))
      assert.same({ status = 200, headers = { ["content-length"] = "2" }, body = "ok" }, reader:response())
      assert.is_true(reader:keepalive())
    end)

    it("and their length, also before a 204, which needs none to keep the connection", function ()
      local reader = assert(read(EARLY .. "HTTP/1.1 204 None\r\n\r\n", "DELETE"))
      assert.is_true(reader:keepalive())
    end)

    it("up to 16 of them", function ()
      assert.equal("", body(EARLY:rep(16) .. OK .. "Content-Length: 0\r\n\r\n"))
      refused("limit", EARLY:rep(17) .. OK .. "Content-Length: 0\r\n\r\n")
    end)
  end)

  describe("reads a body", function ()
    it("by its length", function () assert.equal("hello", body(OK .. "Content-Length: 5\r\n\r\nhello")) end)
    it("by the same length twice", function ()
      assert.equal("hello", body(OK .. "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"))
    end)
    it("until the end", function () assert.equal("hello", body(OK .. "\r\nhello")) end)
    it("of nothing until the end", function () assert.equal("", body(OK .. "\r\n")) end)

    for _, response in ipairs{ { "GET", 204 }, { "GET", 304 }, { "HEAD", 200 }, { "CONNECT", 200 } } do
      it("not of " .. response[2] .. " to " .. response[1], function ()
        local reader = core.reader(response[1])
        assert.is_true(reader:feed("HTTP/1.1 " .. response[2] .. " x\r\nContent-Length: 5\r\n\r\n"))
        assert.equal("", reader:response().body)
      end)
    end

    for _, length in ipairs{ "-1", "+1", "1.0", "0x1", "one", "", "1, 1", "1 1", "9999999999999999999" } do
      it("but not by a length of " .. ("%q"):format(length), function ()
        refused("protocol", OK .. "Content-Length: " .. length .. "\r\n\r\na")
      end)
    end

    it("but not by two lengths", function ()
      refused("protocol", OK .. "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")
    end)

    it("up to 8 MiB", function ()
      local most = ("x"):rep(8 * 1024 * 1024)
      assert.equal(#most, #body(OK .. "Content-Length: " .. #most .. "\r\n\r\n" .. most))
      assert.equal(#most, #body(OK .. "\r\n" .. most))
      refused("limit", OK .. "Content-Length: " .. #most + 1 .. "\r\n\r\n")
      refused("limit", OK .. "\r\n" .. most .. "x")
      refused("limit", OK .. "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n800000\r\n")
    end)

    it("that is encoded as identity, and no other", function ()
      assert.equal("a", body(OK .. "Content-Encoding: Identity\r\nContent-Length: 1\r\n\r\na"))
      refused("protocol", OK .. "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\na")
      refused("protocol", OK .. "Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na")
    end)
  end)

  describe("reads chunks", function ()
    local function chunked (rest) return OK .. "Transfer-Encoding: Chunked\r\n\r\n" .. rest end

    it("with sizes in either case, leading zeros and extensions", function ()
      local ten = ("0123456789"):rep(2)
      assert.equal(ten .. "ab", body(chunked("0014 ; a=\"b\"\r\n" .. ten .. "\r\n2\r\nab\r\n0\r\n\r\n")))
      assert.equal(("x"):rep(0xaB), body(chunked("aB\r\n" .. ("x"):rep(0xaB) .. "\r\n0\r\n\r\n")))
    end)

    it("by the hundred thousand", function ()
      assert.equal(100000, #body(chunked(("1\r\nx\r\n"):rep(100000) .. "0\r\n\r\n")))
    end)

    it("and drops the trailers behind them", function ()
      local response = assert(read(chunked "1\r\na\r\n0\r\nX-Trailer: 1\r\nContent-Length: 9\r\n\r\n")):response()
      assert.equal("a", response.body)
      assert.is_nil(response.headers["x-trailer"])
    end)

    it("even where a length was given, but keeps no such connection", function ()
      local reader = assert(read(OK .. "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"))
      assert.equal("a", reader:response().body)
      assert.is_false(reader:keepalive())
    end)

    for _, rest in ipairs{ "x\r\n", "\r\n", "-1\r\na", "1 1\r\na", "0x1\r\na", "1\r\nab\r\n",
                           "1\r\na\rb\n", "1\r\na0\r\n",
                           "ffffffffffffffff\r\n", "00000000000000001\r\na", "1;\0\r\na", "0\r\nno trailer\r\n\r\n" } do
      it("but not " .. ("%q"):format(rest), function () refused("protocol", chunked(rest)) end)
    end

    it("but no longer extensions than headers may be", function ()
      refused("limit", chunked("1;" .. ("x"):rep(70000)))
      refused("limit", chunked(("1;" .. ("x"):rep(1000) .. "\r\na\r\n"):rep(70)))
    end)

    it("but no endless trailers", function ()
      refused("limit", chunked("0\r\n" .. ("A: " .. ("x"):rep(1000) .. "\r\n"):rep(70)))
      refused("limit", chunked("0\r\n" .. ("A: b\r\n"):rep(300)))
    end)

    for _, coding in ipairs{ "gzip, chunked", "gzip", "identity", "chunked, chunked" } do
      it("of " .. coding .. " never", function ()
        refused("protocol", OK .. "Transfer-Encoding: " .. coding .. "\r\n\r\n0\r\n\r\n")
      end)
    end

    it("of HTTP/1.0 never", function ()
      refused("protocol", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    end)
  end)

  it("calls a stream that ends too early a network failure, wherever it ends", function ()
    for _, stream in ipairs{ "HTTP/1.1 100 Continue\r\n\r\n" .. OK .. "A: b\r\nContent-Length: 5\r\n\r\nhello",
                             OK .. "Transfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n0\r\nA: b\r\n\r\n" } do
      for length = 0, #stream - 1 do
        assert.is_true(refused("network", stream:sub(1, length)).transient)
      end
    end
  end)

  describe("keeps a connection", function ()
    local function kept (head, rest, method)
      return assert(read(head .. "\r\n" .. rest, method)):keepalive()
    end

    it("after a body by its length, in chunks, or none", function ()
      assert.is_true(kept(OK .. "Content-Length: 1\r\n", "a"))
      assert.is_true(kept(OK .. "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"))
      assert.is_true(kept("HTTP/1.1 204 x\r\n", ""))
      assert.is_true(kept("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n", "a"))
    end)

    it("but not after a body until the end", function () assert.is_false(kept(OK, "a")) end)

    it("but not where the server closes it", function ()
      assert.is_false(kept(OK .. "Connection: close\r\nContent-Length: 1\r\n", "a"))
      assert.is_false(kept(OK .. "Connection: x, Close ,keep-alive\r\nContent-Length: 1\r\n", "a"))
      assert.is_false(kept(OK .. "Connection: close\r\nConnection: keep-alive\r\nContent-Length: 1\r\n", "a"))
      assert.is_false(kept("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n", "a"))
    end)

    it("but not with bytes behind the response, whenever they come", function ()
      assert.is_false(kept(OK .. "Content-Length: 1\r\n", "ab"))
      local reader = core.reader "GET"
      assert.is_true(reader:feed(OK .. "Content-Length: 1\r\n\r\na"))
      assert.is_true(reader:keepalive())
      assert.is_true(reader:feed "HTTP/1.1 200 evil\r\n\r\n")
      assert.is_false(reader:keepalive())
      assert.equal("a", reader:response().body)
    end)

    it("but not after a 204 that announces a body", function ()
      assert.is_false(kept("HTTP/1.1 204 x\r\nContent-Length: 1\r\n", ""))
    end)

    it("but not before the response is complete", function ()
      local reader = core.reader "GET"
      reader:feed(OK .. "Content-Length: 5\r\n\r\nhell")
      assert.is_false(reader:keepalive())
    end)
  end)

  it("gives the same answer for every slicing", function ()
    local streams = {
      "HTTP/1.1 100 Continue\r\n\r\n" .. OK .. "A: b\r\nA: c\r\nContent-Length: 11\r\n\r\nhello world",
      OK .. "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\nextra",
      OK .. "\r\nuntil the end", "HTTP/1.1 200 OK\nContent-Length: 2\n\nab", OK .. "A: b\r\nbad line\r\n\r\n",
      "HTTP/2 200\r\n", OK .. "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
    }
    for _, stream in ipairs(streams) do
      local whole, wrong = read(stream)
      for size = 1, #stream do
        local reader, failure = read(stream, "GET", size)
        if whole then
          assert.same(whole:response(), reader:response())
          assert.equal(whole:keepalive(), reader:keepalive())
        else
          assert.same(wrong, failure)
        end
      end
    end
  end)
end)
