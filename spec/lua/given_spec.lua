local cjson = require "cjson"
local fake = require "spec.lua.fake"

local other = "AC" .. ("b"):rep(32)
local same = fake.response(200, fake.record())

-- The request that a call with these settings makes; nil, err.
local function request_of (settings, name)
  local transport = fake.transport(same)
  settings.sid = settings.sid or fake.sid
  local value, err = fake.client(transport).numbers[name or "get_incoming"](settings)
  if not value then return nil, err, transport end
  return transport.requests[1]
end

local function refused (settings)
  local request, err, transport = request_of(settings)
  assert.is_nil(request)
  assert.equal(0, #transport.requests)
  return { err.kind, err.parameter }
end

describe("settings in a call's table", function ()
  it("may name another account, which changes the path and not who asks", function ()
    local request = request_of{ account_sid = other }
    assert.truthy(request.url:find("/Accounts/" .. other .. "/", 1, true))
    assert.is_true(request.account:matches(fake.account.sid, fake.account.token))
  end)

  it("may bring credentials, in each spelling", function ()
    for _, settings in ipairs{ { account_sid = other, auth_token = "t" }, { accountSid = other, authToken = "t" },
                               { Account_Sid = other, AuthToken = "t" } } do
      local request = request_of(settings)
      assert.is_true(request.account:matches(other, "t"))
      assert.truthy(request.url:find("^https://api%.twilio%.com/2010%-04%-01/Accounts/" .. other))
    end
  end)

  it("may bring a key of the client's own account", function ()
    local key = "SK" .. ("2"):rep(32)
    local request = request_of{ api_key = key, api_secret = "s" }
    assert.is_true(request.account:matches(key, "s"))
    assert.truthy(request.url:find(fake.account.sid, 1, true))
  end)

  it("may bring an address with an account and its secret, and not without", function ()
    local request = request_of{ api_url = "https://localhost:8443", account_sid = other, auth_token = "t" }
    assert.truthy(request.url:find("^https://localhost:8443/"))
    assert.same({ "invalid", "api_url" }, refused{ api_url = "https://evil.example" })
    assert.same({ "invalid", "api_url" }, refused{ api_url = "https://evil.example", account_sid = other })
    assert.same({ "invalid", "api_url" }, refused{ api_url = "https://evil.example", auth_token = "t" })
  end)

  it("may bring a version of the API", function ()
    assert.truthy(request_of{ api_version = "2008-08-01" }.url:find("/2008-08-01/", 1, true))
  end)

  it("are refused as invalid when malformed", function ()
    assert.same({ "invalid", "account_sid" }, refused{ account_sid = "AC1" })
    assert.same({ "invalid", "account_sid" }, refused{ account_sid = "AC1", auth_token = "t" })
    assert.same({ "invalid", "auth_token" }, refused{ auth_token = "a b" })
    assert.same({ "invalid", "deadline" }, refused{ deadline = 0 })
    assert.same({ "invalid", "api_secret" }, refused{ api_key = "SK" .. ("2"):rep(32) })
  end)

  it("raise when of a wrong type or given twice", function ()
    local numbers = fake.client(fake.transport(same)).numbers
    for _, settings in ipairs{ { auth_token = 1 }, { deadline = "5" }, { account_sid = {} },
                               { authToken = "t", auth_token = "t" } } do
      settings.sid = fake.sid
      assert.has_error(function () numbers.get_incoming(settings) end)
    end
  end)

  it("leave the table as it is, without a metamethod of its", function ()
    local touched = function () error "touched" end
    local settings = { sid = fake.sid, account_sid = other, auth_token = "t", deadline = 3 }
    request_of(setmetatable(settings, { __index = touched, __newindex = touched, __pairs = touched, __len = touched }))
    assert.same({ sid = fake.sid, account_sid = other, auth_token = "t", deadline = 3 }, setmetatable(settings, nil))
  end)

  it("are absent when JSON null, and under a connector's name when empty", function ()
    local request = request_of{ authToken = cjson.null, apiUrl = cjson.null }
    assert.is_true(request.account:matches(fake.account.sid, fake.account.token))
    request = request_of({ authToken = "", apiUrl = "", accountSid = "", apiVersion = "" }, "getIncomingPhoneNumber")
    assert.is_true(request.account:matches(fake.account.sid, fake.account.token))
    assert.truthy(request.url:find("/2010-04-01/Accounts/" .. fake.account.sid, 1, true))
    assert.equal("invalid", refused{ auth_token = "" }[1])
  end)

  it("do not confuse the account of the path with the one that a number is handed to", function ()
    local numbers = fake.client(fake.transport(same)).numbers
    assert.has_error(function () numbers.update_incoming{ sid = fake.sid, AccountSid = other } end)
    assert.has_error(function () numbers.update_incoming{ sid = fake.sid, ApiVersion = "2010-04-01" } end)
    assert.truthy(request_of({ account_sid = other }, "update_incoming").url:find(other, 1, true))
  end)
end)

describe("a walk's settings", function ()
  it("are those that the walk has: a search has no pages to resume or to ask for in advance", function ()
    local numbers = fake.client(fake.transport(same)).numbers
    for _, name in ipairs{ "resume", "prefetch" } do
      assert.has_error(function () numbers.each_local{ country_code = "US", [name] = "x" } end)
    end
  end)

  local function walk (given)
    return fake.client(fake.transport(fake.response(200, fake.page{}))).numbers.pages_incoming(given)
  end

  it("are checked when the walk begins", function ()
    for _, given in ipairs{ { limit = {} }, { resume = 1 }, { prefetch = 1 }, { limit = 1, Limit = 2 },
                            { nonsense = 1 } } do
      assert.has_error(function () walk(given) end)
    end
    for _, given in ipairs{ { limit = 0 }, { limit = 1.5 }, { limit = "many" }, { page_size = 0 },
                            { page_size = 1001 } } do
      local page, err = walk(given):next()
      assert.is_nil(page)
      assert.equal("invalid", err.kind)
    end
  end)

  it("resume by the URI of a page of this listing alone", function ()
    for _, uri in ipairs{ "", "https://evil.example/", "/2010-04-01/Accounts/" .. fake.account.sid .. "/Calls.json" } do
      local page, err = walk{ resume = uri }:next()
      assert.is_nil(page)
      assert.same({ "invalid", "resume", "list_incoming" }, { err.kind, err.parameter, err.operation })
    end
  end)
end)
