local config = require "twilio.config"
local retry = require "twilio.retry"

local sid, key = "AC" .. ("1"):rep(32), "SK" .. ("2"):rep(32)

-- config.read in an environment of its own.
local function read (given, env)
  env = env or {}
  return config.read(given, function (name) return env[name] end)
end

local function origin (given, env)
  given.account_sid, given.auth_token = given.account_sid or sid, given.auth_token or "token"
  local settings, err = read(given, env)
  return settings and settings.account:origin(), err
end

local function complaint (given, env)
  local settings, err = read(given, env)
  assert.is_nil(settings)
  assert.equal("table", type(err))
  return { err.kind, err.parameter }
end

describe("a configuration", function ()
  it("holds an account, and no secret outside it", function ()
    local settings = read{ account_sid = sid, auth_token = "needle" }
    assert.equal(sid, settings.account:sid())
    assert.is_true(settings.account:matches(sid, "needle"))
    for _, value in pairs(settings) do assert.not_equal("needle", value) end
  end)

  it("takes an API key and its secret", function ()
    local settings = read{ account_sid = sid, api_key = key, api_secret = "s" }
    assert.is_true(settings.account:matches(key, "s"))
    assert.equal(sid, settings.account:sid())
  end)

  it("takes other spellings, but each setting once", function ()
    assert.equal(sid, read{ accountSid = sid, AuthToken = "t" }.account:sid())
    local settings, message = read{ accountSid = sid, account_sid = sid }
    assert.is_nil(settings)
    assert.truthy(message:find("given twice", 1, true))
  end)

  it("refuses a setting that there is not, and names the nearest", function ()
    local _, message = read{ account_sid = sid, auth_tokn = "t" }
    assert.truthy(message:find("auth_tokn", 1, true) and message:find("did you mean auth_token?", 1, true))
    _, message = read{ "AC" }
    assert.equal("unknown setting 1", message)
    _, message = read{ frobnicate = 1 }
    assert.equal("unknown setting frobnicate", message)
  end)

  it("refuses a wrong Lua type", function ()
    for name, value in pairs{ account_sid = 1, auth_token = true, timeout = "30", transport = "curl", on_retry = {},
                              max_attempts = "4", times = 1 } do
      local settings, message = read{ [name] = value }
      assert.is_nil(settings)
      assert.equal("string", type(message))
      assert.truthy(message:find(name, 1, true))
    end
  end)

  it("answers what is missing or malformed as kind config, by its name", function ()
    assert.same({ "config", "account_sid" }, complaint{ auth_token = "t" })
    assert.same({ "config", "auth_token" }, complaint{ account_sid = sid })
    assert.same({ "config", "api_secret" }, complaint{ account_sid = sid, api_key = key })
    assert.same({ "config", "api_key" }, complaint{ account_sid = sid, api_secret = "s" })
    assert.same({ "config", "auth_token" }, complaint{ account_sid = sid, api_key = key, api_secret = "s",
                                                       auth_token = "t" })
    for name, value in pairs{ timeout = 0, deadline = -1, connect_timeout = 0 / 0, max_attempts = 1.5,
                              region = "ie1.evil.com/", edge = "Dublin", user_agent = "a\r\nX-Evil: 1" } do
      assert.same({ "config", name }, complaint{ account_sid = sid, auth_token = "t", [name] = value })
    end
    for name, value in pairs{ account_sid = "AC1", auth_token = "t t", api_url = "http://api.twilio.com",
                              api_version = "1" } do
      local given = { account_sid = sid, auth_token = "t" }
      given[name] = value
      assert.same({ "config", name }, complaint(given))
    end
    for name, value in pairs{ account_sid = "AC1", api_key = "SK1", api_secret = "" } do
      local given = { account_sid = sid, api_key = key, api_secret = "s" }
      given[name] = value
      assert.same({ "config", name }, complaint(given))
    end
  end)

  it("takes a value up to its bounds, and none beyond", function ()
    for _, row in ipairs{ { "timeout", 0.001, 86400, 0, 86401 }, { "max_attempts", 1, 100, 0, 101 },
                          { "user_agent", " ~", ("x"):rep(200), "\127", ("x"):rep(201) },
                          { "edge", "a", ("a"):rep(32), "", ("a"):rep(33) },
                          { "region", "a-1", "1", "-a", "a-" } } do
      for i = 2, 5 do
        local given = { account_sid = sid, auth_token = "t", edge = "dublin" }
        given[row[1]] = row[i]
        local settings, err = read(given)
        assert.equal(i < 4, settings ~= nil, row[1] .. " " .. tostring(row[i]))
        assert.equal(i >= 4 and row[1] or nil, err and err.parameter)
      end
    end
  end)

  it("speaks of a credential by the name that it was given under", function ()
    local _, err = read{ account_sid = sid, auth_token = "a b" }
    assert.equal("config: auth_token: must be printable ASCII without spaces", tostring(err))
    _, err = read({}, { TWILIO_ACCOUNT_SID = sid, TWILIO_API_KEY = key, TWILIO_API_SECRET = "a b" })
    assert.equal("config: api_secret: must be printable ASCII without spaces", tostring(err))
    _, err = read{ account_sid = sid, api_key = "SK1", api_secret = "s" }
    assert.matches("^config: api_key: must be ", tostring(err))
  end)

  it("never shows a secret in what it answers", function ()
    for _, given in ipairs{ { account_sid = "AC1", auth_token = "needle" },
                            { account_sid = sid, auth_token = "needle\n" },
                            { account_sid = sid, api_secret = "needle" },
                            { account_sid = sid, auth_token = "needle", api_url = "http://needle@x/" } } do
      local _, err = read(given)
      assert.is_nil(tostring(err):find("needle", 1, true))
    end
  end)

  it("leaves the caller's table as it is, and runs none of its metamethods", function ()
    local given = setmetatable({ account_sid = sid, auth_token = "t" }, {
      __index = function () error "touched" end, __pairs = function () error "touched" end })
    assert.truthy(read(given))
    assert.same({ account_sid = sid, auth_token = "t" }, setmetatable(given, nil))
  end)
end)

describe("the environment", function ()
  local env = { TWILIO_ACCOUNT_SID = sid, TWILIO_AUTH_TOKEN = "from-env" }

  it("gives what the configuration leaves out", function ()
    assert.is_true(read({}, env).account:matches(sid, "from-env"))
  end)

  it("gives a key where it has no token", function ()
    local settings = read({}, { TWILIO_ACCOUNT_SID = sid, TWILIO_API_KEY = key, TWILIO_API_SECRET = "s",
                                TWILIO_AUTH_TOKEN = "" })
    assert.is_true(settings.account:matches(key, "s"))
  end)

  it("never completes another's credentials", function ()
    assert.same({ "config", "api_secret" }, complaint({ api_key = key }, { TWILIO_ACCOUNT_SID = sid,
                                                                           TWILIO_API_SECRET = "s" }))
    assert.is_true(read({ auth_token = "mine" }, env).account:matches(sid, "mine"))
  end)

  it("gives address, region, edge and CA file", function ()
    assert.equal("https://localhost:8443", origin({}, { TWILIO_API_URL = "https://localhost:8443" }))
    assert.equal("https://api.dublin.ie1.twilio.com", origin({}, { TWILIO_EDGE = "dublin", TWILIO_REGION = "ie1" }))
    assert.equal("/x.pem", read({}, { TWILIO_ACCOUNT_SID = sid, TWILIO_AUTH_TOKEN = "t",
                                      TWILIO_CA_FILE = "/x.pem" }).ca_file)
  end)

  it("gives way to an address in the configuration", function ()
    assert.equal("https://localhost", origin({ api_url = "https://localhost" }, { TWILIO_REGION = "ie1" }))
    assert.equal("https://api.dublin.ie1.twilio.com", origin({ region = "ie1", edge = "dublin" },
                                                             { TWILIO_API_URL = "https://localhost" }))
  end)
end)

describe("the host", function ()
  it("follows edge and region", function ()
    assert.equal("https://api.twilio.com", origin{})
    assert.equal("https://api.us1.twilio.com", origin{ region = "us1" })
    assert.equal("https://api.dublin.us1.twilio.com", origin{ edge = "dublin" })
    assert.equal("https://api.sydney.au1.twilio.com", origin{ edge = "sydney", region = "au1" })
  end)

  it("is not made of a region alone, which has none any more", function ()
    local _, err = origin{ region = "ie1" }
    assert.same({ "config", "region" }, { err.kind, err.parameter })
  end)

  it("is not made of an address and a region both", function ()
    local _, err = origin{ api_url = "https://localhost", region = "us1" }
    assert.same({ "config", "api_url" }, { err.kind, err.parameter })
  end)
end)

describe("the policy's times", function ()
  local function times (given)
    given.account_sid, given.auth_token = sid, "t"
    local settings, err = read(given)
    return settings and settings.times, err
  end

  it("are the standard ones, but for what is set", function ()
    local t = times{ timeout = 5, deadline = 7, max_attempts = 2, times = { settle = 1 } }
    assert.same({ 5, 5, 7, 7, 2, 1, 0.2 }, { t.timeout, t.money_timeout, t.deadline, t.money_deadline, t.attempts,
                                             t.settle, t.backoff })
    assert.same({ 30, 60, 60, 150 }, { retry.times.timeout, retry.times.money_timeout, retry.times.deadline,
                                       retry.times.money_deadline })
  end)

  it("are numbers, of names that there are", function ()
    for name, value in pairs{ settle = "8", look = true, setle = 1, [1] = 1 } do
      local t, message = times{ times = { [name] = value } }
      assert.is_nil(t)
      assert.equal("string", type(message))
      assert.truthy(message:find(tostring(name), 1, true))
    end
  end)

  it("are seconds above 0, at most a day; the attempts a whole number", function ()
    for name, value in pairs{ settle = -1, look = 0, backoff = 0 / 0, deadline = 1 / 0, attempts = 1.5 } do
      local t, err = times{ times = { [name] = value } }
      assert.is_nil(t)
      assert.same({ "config", "times." .. name }, { err.kind, err.parameter })
    end
    assert.equal(1, times{ times = { attempts = 1 } }.attempts)
  end)
end)
