-- What a failure over libcurl says: where it went, and never a credential.

local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"
local transports = require "twilio.transport.curl"
local twilio = require "twilio"

describe("a failure over libcurl", function ()
  local server

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)

  -- The failure of a request to this origin, as `kind: message`, and whether it went out.
  local function failure (origin, settings)
    local all = { ca_file = server.ca, proxy = "", connect_timeout = 0.3 }
    for name, value in pairs(settings or {}) do all[name] = value end
    local transport, failed = transports.new(all)
    if transport then
      failed = select(2, transport:send(requests.to(origin, requests.account(origin))()))
      transport:close()
    end
    if not failed then return "none" end
    return failed.kind .. ": " .. failed.message, failed.sent
  end

  local function through (proxy)
    local said, sent = failure(server:url("good"), { proxy = proxy })
    assert.equal(0, sent)
    assert.is_nil(said:find("needle", 1, true), said)
    return said
  end

  local function host_of (url) return url:match("//(.*)$") end

  it("names host and port that refused", function ()
    local closed = server:url("closed")
    assert.equal("connect: " .. host_of(closed) .. ": the connection was refused", (failure(closed)))
    closed = closed:gsub("127%.0%.0%.1", "localhost")
    assert.equal("connect: " .. host_of(closed) .. ": the connection was refused", (failure(closed)))
  end)

  it("is no proxy's where the URL leaves its port out", function ()
    for _, origin in ipairs{ "http://127.0.0.9", "https://127.0.0.9", "https://[::1]" } do
      assert.is_nil(failure(origin):find("proxy", 1, true))   -- somebody may listen there
    end
  end)

  it("names the host that has no address", function ()
    assert.equal("dns: nowhere.invalid: the host's name could not be resolved", (failure("https://nowhere.invalid")))
  end)

  it("names whom there was no time for", function ()
    local hangs = server:url("blackhole")
    local said = failure(hangs)
    assert.equal(1, (said:find("timeout: " .. host_of(hangs) .. ": ", 1, true)), said)
  end)

  it("names whose certificate or handshake it was", function ()
    local said = failure(server:url("self_signed"))
    assert.equal(1, (said:find("certificate: " .. host_of(server:url("self_signed")) .. ": ", 1, true)), said)
    server:script("good", { connections = { { "close" } } })
    said = failure(server:url("good"))
    assert.equal(1, (said:find("tls: " .. host_of(server:url("good")) .. ": ", 1, true)), said)
  end)

  it("names the settings that it was for", function ()
    local said = failure(server:url("good"), { ca_file = "/nowhere" })
    assert.equal("config: ca_file or ca_path could not be read", said)
  end)

  it("is the proxy's where that refuses, which is named", function ()
    local port = server.ports.closed
    for _, proxy in ipairs{ "http://me:needle@127.0.0.1:", "socks5://me:needle@127.0.0.1:" } do
      local said = through(proxy .. port)
      assert.truthy(said:find("proxy: " .. host_of(server:url("good")) .. ": Failed to connect to 127.0.0.1 port "
        .. port, 1, true), said)
    end
  end)

  it("is the proxy's where that has no address, which is named", function ()
    local said = through "http://me:needle@nowhere.invalid:3128"
    assert.matches("^proxy: .*nowhere%.invalid$", said)
  end)

  it("is the proxy's where that refuses to pass it on, and says how", function ()
    server:script("proxy", { requests = { { { reply = { status = 407 } } } } })
    assert.matches("^proxy: .* 407", through((server:url("proxy"):gsub("//", "//me:needle@"))))
  end)

  it("shows nothing of a proxy's URL that is none", function ()
    for _, proxy in ipairs{ "foo://me:needle@127.0.0.1:1", "http://me:needle@no host:1", "http://me:needle@:x" } do
      assert.matches("^%l+: .*proxy", through(proxy))
    end
  end)

  -- Each would be left out by libcurl, which would then go past the proxy.
  for _, proxy in ipairs{ "http://me:%00needle@127.0.0.1:1", "http://me%0a:needle@127.0.0.1:1",
                          "me:%1Fneedle@127.0.0.1:1", "http://me:needle@127.0.0.1:1\0",
                          "http://me:needle@127.0.0.1:1\n" } do
    it(("comes before any request for the proxy %q"):format(proxy), function ()
      server:reset()
      assert.equal("config: proxy: must be a URL that libcurl can read, without control characters", through(proxy))
      assert.equal(0, server:truth("good").connections)
    end)
  end

  it("comes at once from twilio.new for such a proxy, and names the parameter", function ()
    local client, err = twilio.new{ account_sid = requests.SID, auth_token = requests.SECRET, proxy = "http://a:%00@b" }
    assert.is_nil(client)
    assert.same({ "config", "proxy" }, { err.kind, err.parameter })
  end)

  it("tells which variable of the environment names such a proxy, unless there is another or none", function ()
    local environment = { https_proxy = "", all_proxy = "http://me:%00needle@127.0.0.1:1" }
    local getenv = os.getenv
    os.getenv = function (name) return environment[name] end   -- luacheck: ignore
    local _, bad = transports.new{}
    local none, other = transports.new{ proxy = "" }, transports.new{ proxy = "http://127.0.0.1:1" }
    environment.HTTPS_PROXY = "http://127.0.0.1:1"
    local first = transports.new{}
    os.getenv = getenv   -- luacheck: ignore
    assert.truthy(none and other and first)
    assert.matches("^proxy: the environment's all_proxy must be", bad.message)
    assert.is_nil(bad.message:find("needle", 1, true))
  end)
end)
