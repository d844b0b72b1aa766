-- How much twilio.curl takes: of a request's headers, of a response.

local curl = require "twilio.curl"
local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"

describe("twilio.curl's limits:", function ()
  local server, pool, request

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)

  before_each(function ()
    server:reset()
    pool = assert(curl.pool{ ca_file = server.ca })
    request = requests.to(server:url("good"), requests.account(server:url("good")))
  end)
  after_each(function () pool:close() end)

  describe("a request's headers", function ()
    local function refused (headers, message)
      local response, failure = pool:perform(request{ headers = headers })
      assert.is_nil(response)
      assert.same({ "invalid", message, 0, false }, { failure.kind, failure.message, failure.sent, failure.transient })
    end

    local function many (n, value)
      local headers = {}
      for i = 1, n do headers["X-" .. i] = value end
      return headers
    end

    it("are 15 at most, with 64 KiB in all", function ()
      assert(pool:perform(request{ headers = many(15, "1") }))
      refused(many(16, "1"), "the request has too many headers")
      refused(many(15, ("x"):rep(5000)), "the request's headers are too long")
    end)

    it("may be empty", function ()
      assert(pool:perform(request{ headers = { ["X-Empty"] = "" } }))
      assert.equal("", server:truth("good").last[1].headers["x-empty"])
    end)
  end)

  describe("a response", function ()
    local function refused (steps)
      server:script("good", { requests = { steps } })
      local response, failure = pool:perform(request())
      assert.is_nil(response)
      return { failure.kind, failure.sent, failure.transient }
    end

    it("has a body of 8 MiB, and not one byte more", function ()
      local fits = 8 * 1024 * 1024
      server:script("good", { requests = { { { reply = { status = 200, body = "x", ["repeat"] = fits } } } } })
      assert.equal(fits, #assert(pool:perform(request())).body)
      assert.same({ "limit", 1, false }, refused{ { reply = { status = 200, body = "x", ["repeat"] = fits + 1 } } })
    end)

    it("has the bytes of a packed body counted unpacked", function ()
      assert.same({ "limit", 1, false },
        refused{ { reply = { status = 200, body = ("x"):rep(1000), ["repeat"] = 9000, encode = { "gzip" } } } })
    end)

    it("has headers of 64 KiB at most", function ()
      assert.same({ "limit", 1, false },
        refused{ { reply = { status = 200, headers = { ["X-A"] = ("a"):rep(40000), ["X-B"] = ("b"):rep(40000) } } } })
    end)

    it("has 256 header lines at most, informational ones included", function ()
      assert.same({ "limit", 1, false }, refused{ { send = "HTTP/1.1 103 Early\r\n\r\n", times = 200 } })
    end)

    it("that was too long spoils no other", function ()
      refused{ { send = "HTTP/1.1 103 Early\r\n\r\n", times = 200 } }
      assert.equal(404, assert(pool:perform(request())).status)
    end)
  end)
end)
