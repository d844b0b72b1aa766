-- The part of the contract where all goes well: responses, requests, connections.

local assert = require "luassert"
local busted = require "busted"
local describe, it = busted.describe, busted.it

return function (t)
  local send, answered, succeeds, fails = t.send, t.answered, t.succeeds, t.fails

  describe("a response", function ()
    it("has a status, headers in lower case, a body, and says how often the request went out", function ()
      local reply = { status = 418, headers = { ["X-Odd"] = "  a b " }, body = "tea" }
      local response = succeeds(answered{ { reply = reply } })
      assert.equal(418, response.status)
      assert.equal("a b", response.headers["x-odd"])
      assert.equal("3", response.headers["content-length"])
      assert.equal("tea", response.body)
      assert.equal(1, response.sent)
    end)

    it("joins repeated headers with a comma and a space, in their order", function ()
      local response = succeeds(answered{ { reply = { status = 200, headers = { ["X-A"] = { "1", "2", "3" } } } } })
      assert.equal("1, 2, 3", response.headers["x-a"])
    end)

    it("may have an empty body", function ()
      assert.equal("", succeeds(answered{ { reply = { status = 200, body = "" } } }).body)
    end)

    it("has none with 204", function ()
      local response = succeeds(answered{ { reply = { status = 204 } } })
      assert.equal(204, response.status)
      assert.equal("", response.body)
    end)

    it("has every byte of its body", function ()
      local bytes = {}
      for i = 0, 255 do bytes[i + 1] = string.char(i) end
      local body = table.concat(bytes)
      assert.equal(body, succeeds(answered{ { reply = { status = 200, body = body } } }).body)
    end)

    it("may be chunked", function ()
      local sent = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" ..
        "5;x=1\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n"
      assert.equal("hello world", succeeds(answered{ { send = sent } }).body)
    end)

    it("may come byte by byte", function ()
      local sent = "HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 5\r\n\r\nhello"
      local response = succeeds(answered{ { send = sent, slice = 1 } })
      assert.equal("hello", response.body)
      assert.equal("1", response.headers.a)
    end)

    it("may be slow", function ()
      local result = answered{ { wait = 0.2 }, { reply = { status = 200, body = "late" } } }
      assert.equal("late", succeeds(result).body)
      assert.is_true(result.elapsed >= 0.19)
    end)

    it("may be large", function ()
      local reply = { status = 200, body = "0123456789abcdef", ["repeat"] = 131072 }
      assert.equal(2097152, #succeeds(answered{ { reply = reply } }).body)
    end)

    it("may follow 1xx heads", function ()
      local sent = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n" ..
        "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
      local response = succeeds(answered{ { send = sent } })
      assert.equal(201, response.status)
      assert.is_nil(response.headers.link)
    end)

    it("may end with the connection, where nothing else could end it", function ()
      local sent = "HTTP/1.1 200 OK\r\n\r\nuntil the end"
      assert.equal("until the end", succeeds(answered({ { send = sent }, "close" }, nil, "plain")).body)
    end)

    it("is the answer even when it points elsewhere", function ()
      local elsewhere = t.server:url("plain", t.host) .. "/elsewhere"
      local response = succeeds(answered{ { reply = { status = 307, headers = { Location = elsewhere }, body = "" } } })
      assert.equal(307, response.status)
      assert.equal(0, t.server:truth("plain").connections)
    end)
  end)

  describe("a request", function ()
    it("goes out as it was built, with its account's credential", function ()
      succeeds(answered({ "answer" }, { method = "POST", path = "/a%20b.json?x=%2B1", body = "A=1&B=%26",
        headers = { ["User-Agent"] = "contract", ["Content-Type"] = "application/x-www-form-urlencoded" } }))
      local seen = t.server:truth("good").last[1]
      assert.equal("POST", seen.method)
      assert.equal("/a%20b.json?x=%2B1", seen.target)
      assert.equal("A=1&B=%26", seen.body)
      assert.equal("9", seen.headers["content-length"])
      assert.equal("contract", seen.headers["user-agent"])
      assert.equal("application/x-www-form-urlencoded", seen.headers["content-type"])
      assert.equal(t.host .. ":" .. t.server.ports.good, seen.headers.host)
      assert.truthy(seen.headers.authorization:find "^Basic QUNhMWEx")
    end)

    it("of a DELETE has no body", function ()
      succeeds(answered({ { reply = { status = 204 } } }, { method = "DELETE", path = "/x.json" }))
      local seen = t.server:truth("good").last[1]
      assert.equal("DELETE", seen.method)
      assert.is_nil(seen.headers["content-length"])
    end)

    it("may be large", function ()
      local body = ("x"):rep(1000000)
      succeeds(answered({ { reply = { status = 200 } } }, { method = "POST", path = "/x.json", body = body }))
      assert.equal(1000000, #t.server:truth("good").last[1].body)
    end)

    for what, headers in pairs{
      ["a length"] = { ["Content-Length"] = "3" }, ["a coding"] = { ["transfer-encoding"] = "chunked" },
      ["a credential"] = { Authorization = "Basic other" }, ["a host"] = { HOST = "other" },
      ["a connection"] = { Connection = "close" }, ["another header in its value"] = { A = "b\r\nC: d" },
      ["another header in its name"] = { ["A: b\r\nC"] = "d" }, ["no name"] = { [""] = "a" },
      ["no string"] = { A = true },
    } do
      it("never leaves with a header of its maker's that gives " .. what, function ()
        local result = answered({ "answer" }, { method = "POST", path = "/x.json", body = "A=1", headers = headers })
        fails(result, "invalid", 0, false)
        assert.equal(0, t.server:truth("good").requests)
      end)
    end

    it("never leaves for a closed account", function ()
      local results = send("good", { { path = "/1.json" }, { path = "/2.json", forget = true } })
      succeeds(results[1])
      fails(results[2], "closed", 0, false)
      assert.equal(1, t.server:truth("good").requests)
    end)

    it("never leaves a closed transport", function ()
      local results = send("good", { { path = "/1.json" }, { path = "/2.json", close = true } })
      succeeds(results[1])
      fails(results[2], "closed", 0, false)
      assert.equal(1, t.server:truth("good").requests)
    end)
  end)

  describe("a connection", function ()
    it("is used again", function ()
      for _, result in ipairs(send("good", { { path = "/1.json" }, { path = "/2.json" }, { path = "/3.json" } })) do
        succeeds(result)
      end
      local truth = t.server:truth "good"
      assert.equal(3, truth.requests)
      assert.equal(1, truth.connections)
    end)

    it("is used again after a chunked body and after an empty one", function ()
      t.server:script("good", { requests = { { { reply = { status = 200, body = "chunk", chunked = true } } },
        { { reply = { status = 204 } } }, { { reply = { status = 200, body = "" } } } } })
      for _, result in ipairs(send("good", { { path = "/1" }, { path = "/2" }, { path = "/3" }, { path = "/4" } })) do
        succeeds(result)
      end
      assert.equal(1, t.server:truth("good").connections)
    end)

    it("is new for each request that asks for one", function ()
      local asked = { { path = "/1.json" }, { path = "/2.json", fresh = true }, { path = "/3.json", fresh = true } }
      for _, result in ipairs(send("good", asked)) do succeeds(result) end
      local last = t.server:truth("good").last
      assert.not_equal(last[1].connection, last[2].connection)
      assert.not_equal(last[2].connection, last[3].connection)
    end)

    it("is not used again once the server said it will close it", function ()
      t.server:script("good", { requests = { { { reply = { status = 200, headers = { Connection = "close" } } } } } })
      local results = send("good", { { path = "/1.json" }, { path = "/2.json" } })
      succeeds(results[1])
      succeeds(results[2])
      assert.equal(2, t.server:truth("good").connections)
    end)

    it("that the server closed while it was idle costs nothing", function ()
      t.server:script("good", { requests = { { { reply = { status = 200 } }, "shutdown" } } })
      local results = send("good", { { path = "/1.json" }, { path = "/2.json", pause = 0.4 } })
      succeeds(results[1])
      succeeds(results[2])
      assert.equal(2, t.server:truth("good").requests)
    end)

    it("with bytes behind a response lends them to no other", function ()
      local sent = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
      t.server:script("good", { requests = { { { send = sent } },
        { { reply = { status = 200, body = "good" } } } } })
      local results = send("good", { { path = "/1.json" }, { path = "/2.json", pause = 0.05 } })
      assert.equal("ok", succeeds(results[1]).body)
      local second = results[2].response   -- or a failure: never the bytes that nobody asked for
      assert.not_equal("evil", second and second.body)
    end)

    it("that dies under a guarded request does not take it along twice", function ()
      t.server:script("good", { requests = { { "answer" }, { "close" } } })
      local results = send("good", { { path = "/1.json" },
        { method = "POST", path = "/2.json", body = "Once=1", guard = true } })
      succeeds(results[1])
      fails(results[2], "network", nil, true)
      assert.equal(2, t.server:truth("good").requests)
    end)
  end)
end
