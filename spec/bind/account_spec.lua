local core = require "twilio.core"
local rows = require "spec.support.rows"

local SID, KEY, SECRET = rows.account_sid, rows.sid("SK"), "a_secret_of_32_characters_indeed"

local function account (settings)
  local given = { account_sid = SID, secret = SECRET }
  for name, value in pairs(settings or {}) do given[name] = value end
  return core.account(given)
end

local function refused (settings)
  local value, err = account(settings)
  assert.is_nil(value)
  assert.equal("config", err.kind)
  return err.message
end

describe("an account", function ()
  it("has a SID, an origin and a name without secrets", function ()
    local a = assert(account())
    assert.equal(SID, a:sid())
    assert.equal("https://api.twilio.com", a:origin())
    assert.equal("twilio.account(AC...0000)", tostring(a))
  end)

  it("matches its own user and secret, and no others", function ()
    local a = assert(account())
    assert.is_true(a:matches(SID, SECRET))
    for _, pair in ipairs{ { SID, SECRET .. "x" }, { SID, SECRET:sub(1, -2) }, { SID, "" }, { "", SECRET }, { KEY,
      SECRET },
        { SID .. ":" .. SECRET, "" }, { SID, SECRET:upper() }, { SID, ("x"):rep(1e5) }, { ("x"):rep(1e5),
          SECRET } } do
      assert.is_false(a:matches(pair[1], pair[2]))
    end
  end)

  it("tells a colon of the secret from the one behind the user", function ()
    local a = assert(account{ secret = "x:y" })
    assert.is_true(a:matches(SID, "x:y"))
    assert.is_false(a:matches(SID .. ":x", "y"))
  end)

  it("may prove itself by an API key", function ()
    local a = assert(account{ user = KEY })
    assert.is_true(a:matches(KEY, SECRET))
    assert.is_false(a:matches(SID, SECRET))
    assert.equal(SID, a:sid())
  end)

  it("takes a secret of 1 to 128 characters", function ()
    assert.truthy(account{ secret = "x" })
    local long = ("~"):rep(128)
    assert.is_true(assert(account{ secret = long }):matches(SID, long))
  end)

  it("is closed for good, and wipes what it knew", function ()
    local a = assert(account())
    a:close()
    a:close()
    assert.is_false(a:matches(SID, SECRET))
    assert.equal("closed", select(2, a:sid()).kind)
    assert.equal("closed", select(2, a:origin()).kind)
    assert.equal("twilio.account(closed)", tostring(a))
  end)

  it("is closed by the language where it can be", function ()
    if _VERSION ~= "Lua 5.4" then return pending("no <close> in this Lua") end
    local a = assert(account())
    load("local a <close> = ...")(a)
    assert.equal("twilio.account(closed)", tostring(a))
  end)

  it("shows nobody its metatable", function ()
    local a = assert(account())
    assert.is_false(getmetatable(a))
    assert.is_false(pcall(setmetatable, a, {}))
    assert.is_false(pcall(function () a.secret = "x" end))
    assert.is_nil(a.secret)
  end)

  it("raises for another self", function ()
    local a = assert(account())
    for _, self in ipairs{ {}, 1, "x", io.stdout } do
      for _, method in ipairs{ "sid", "origin", "matches", "close" } do
        assert.is_false(pcall(a[method], self, "x", "y"), method)
      end
    end
  end)

  it("refuses SIDs that are none", function ()
    for _, sid in ipairs{ "", "AC", SID .. "0", SID:sub(1, -2), KEY, SID:sub(1, -2) .. "g", SID:sub(1, -2) .. "\n",
        "ac" .. SID:sub(3), SID:sub(1, -2) .. "\0" } do
      assert.truthy(refused{ account_sid = sid, user = KEY }:find("^account_sid: "), sid)
      if sid ~= KEY then assert.truthy(refused{ user = sid }:find("^user: "), sid) end
    end
  end)

  it("refuses secrets that a header could not carry", function ()
    for _, secret in ipairs{ "", ("x"):rep(129), "a b", "a\nb", "a\r\nX: y", "a\0b", "a\127", "caf\195\169" } do
      assert.truthy(refused{ secret = secret }:find("^secret: "))
    end
  end)

  it("refuses what is missing or of a wrong type", function ()
    assert.equal("secret: is missing", select(2, core.account{ account_sid = SID }).message)
    assert.equal("account_sid: is missing", select(2, core.account{ secret = SECRET }).message)
    assert.equal("secret: must be a string, not a number", refused{ secret = 5 })
    assert.is_false(pcall(core.account, "x"))
  end)

  it("never echoes a value", function ()
    for _, name in ipairs{ "account_sid", "user", "secret", "api_url", "api_version" } do
      assert.falsy(refused{ [name] = "needle needle" }:find("needle", 1, true), name)
    end
  end)

  it("reads its settings raw", function ()
    local never = function () error("a metamethod ran") end
    assert.truthy(core.account(setmetatable({ account_sid = SID, secret = SECRET }, { __index = never })))
  end)
end)

describe("an account's api_url", function ()
  it("is https, or http on this machine", function ()
    for url, origin in pairs{
      ["https://api.twilio.com"] = "https://api.twilio.com",
      ["HTTPS://API.Twilio.COM/"] = "https://api.twilio.com",
      ["https://api.dublin.ie1.twilio.com:443"] = "https://api.dublin.ie1.twilio.com",
      ["https://proxy.example:8443"] = "https://proxy.example:8443",
      ["https://10.0.0.1"] = "https://10.0.0.1",
      ["https://[2001:DB8::1]:8443"] = "https://[2001:db8::1]:8443",
      ["http://localhost:8010"] = "http://localhost:8010",
      ["http://127.0.0.1:80"] = "http://127.0.0.1",
      ["http://127.255.0.3:8010/"] = "http://127.255.0.3:8010",
      ["http://[::1]:8010"] = "http://[::1]:8010",
    } do
      assert.equal(origin, assert(account{ api_url = url }):origin())
    end
  end)

  it("is not http elsewhere, however it is written", function ()
    for _, host in ipairs{ "api.twilio.com", "10.0.0.1", "128.0.0.1", "localhost.evil.example",
      "127.0.0.1.evil.example",
        "[::2]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost.",
        "[::1%25lo]" } do
      refused{ api_url = "http://" .. host }
    end
  end)

  it("has no user, path, query or fragment, and a host and port that are", function ()
    for _, url in ipairs{ "", "api.twilio.com", "https://", "https:///", "ftp://api.twilio.com", "file:///etc/passwd",
        "https://user@api.twilio.com", "https://user:pw@api.twilio.com", "https://api.twilio.com/x",
        "https://api.twilio.com//",
        "https://api.twilio.com?x", "https://api.twilio.com#x", "https://api.twilio.com:", "https://api.twilio.com:0",
        "https://api.twilio.com:65536", "https://api.twilio.com:08", "https://api.twilio.com:x",
        "https://api twilio.com",
        "https://api.twilio.com\n", "https://api.twilio.com\0", "https://-a.example", "https://a-.example",
        "https://a..example",
        "https://.example", "https://example.", "https://1.2.3", "https://1.2.3.256", "https://1.2.3.4.5",
        "https://01.2.3.4",
        "https://a.1", "https://[", "https://[]", "https://[::1", "https://[::1]x", "https://[:::1]",
        "https://[1::2::3]",
        "https://[12345::]", "https://[g::]", "https://api.twilio.com\\x", "https://" .. ("a"):rep(64) .. ".example",
        "https://" .. ("a."):rep(130) .. "example", "https://a_b.example" } do
      assert.truthy(refused{ api_url = url }:find("^api_url: "), url)
    end
  end)
end)
