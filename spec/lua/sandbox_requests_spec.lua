-- The sandbox: who may ask, what exists, and what every answer carries.

local inside = require "spec.support.inside"
local scan = require "spec.support.scan"

local ALL = "IncomingPhoneNumbers.json"
local SUB = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

describe("sandbox: requests", function ()
  local api
  before_each(function () api = inside.new{ numbers = 1 } end)

  local function as (user, secret, account_sid)
    return api.send("GET", ALL, { account = api.account(user, secret), account_sid = account_sid })
  end

  local function over_http (authorization)
    return api.sandbox:handle{ method = "GET", authorization = authorization,
      url = "/2010-04-01/Accounts/" .. api.sandbox.account_sid .. "/" .. ALL }
  end

  describe("are let in", function ()
    it("with the account's token", function ()
      assert.equal(200, as(api.sandbox.account_sid, "sandbox_auth_token").status)
    end)
    it("with the API key", function ()
      assert.equal(200, as("SKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "sandbox_api_secret").status)
    end)
    it("with the sub-account's own credentials", function ()
      assert.equal(200, as(SUB, "sandbox_auth_token", SUB).status)
    end)
    it("to the sub-account with the parent's credentials", function ()
      assert.equal(200, as(api.sandbox.account_sid, "sandbox_auth_token", SUB).status)
    end)
    it("with an Authorization header", function ()
      local header = "Basic " .. scan.base64(api.sandbox.account_sid .. ":sandbox_auth_token")
      assert.equal(200, over_http(header).status)
    end)
  end)

  describe("are refused with 401 and 20003", function ()
    local function refused (response)
      assert.equal(401, response.status)
      assert.truthy(response.body:find('"code":20003', 1, true))
      assert.truthy(response.body:find("Your AccountSid or AuthToken was incorrect.", 1, true))
      assert.equal('Basic realm="Twilio API"', response.headers["www-authenticate"])
    end

    it("with a wrong secret", function () refused(as(api.sandbox.account_sid, "wrong")) end)
    it("with an unknown user", function () refused(as("AC" .. ("c"):rep(32), "sandbox_auth_token")) end)
    it("to an account that does not exist", function ()
      refused(as(api.sandbox.account_sid, "sandbox_auth_token", "AC" .. ("c"):rep(32)))
    end)
    it("to the parent with the sub-account's credentials", function () refused(as(SUB, "sandbox_auth_token")) end)
    it("without credentials", function ()
      refused(over_http(nil))
      assert.truthy(over_http(nil).body:find("No credentials provided", 1, true))
    end)
    it("with a header that makes no sense", function ()
      for _, header in ipairs{ "", "Basic", "Basic !!!", "Bearer QUNh", "Basic QUNh" } do refused(over_http(header)) end
    end)
    it("and change nothing", function ()
      api.send("POST", ALL, { account = api.account("x", "y"), body = { AreaCode = "415" } })
      assert.same({}, api.sandbox:state().charges)
    end)
  end)

  it("for what does not exist are answered 404 with the path", function ()
    for _, path in ipairs{ "Nothing.json", "IncomingPhoneNumbers/PN1.json", "IncomingPhoneNumbers/456456.json",
      "methods.json", "IncomingPhoneNumbers/methods/methods.json" } do
      local err, status = api.get(path)
      assert.same({ 404, 20404, 404 }, { status, err.code, err.status })
      assert.equal("The requested resource /2010-04-01/Accounts/" .. api.sandbox.account_sid .. "/" .. path
        .. " was not found", err.message)
      assert.equal("https://www.twilio.com/docs/errors/20404", err.more_info)
    end
  end)

  it("of another version of the API are answered 404", function ()
    local response = api.sandbox:send{ method = "GET", url = "https://api.twilio.com/2008-08-01/Accounts/x.json",
      account = api.account(api.sandbox.account_sid, "sandbox_auth_token"), headers = {} }
    assert.equal(404, response.status)
  end)

  it("with a method that a resource does not have are answered 405 and 20004", function ()
    local response = api.send("PUT", ALL)
    assert.equal(405, response.status)
    assert.truthy(response.body:find('"code":20004', 1, true))
    assert.equal(405, api.send("DELETE", ALL).status)
    assert.equal(405, api.send("POST", "AvailablePhoneNumbers/US/Local.json").status)
  end)

  it("are answered with Twilio's headers", function ()
    local headers = api.send("GET", ALL).headers
    assert.equal("application/json", headers["content-type"])
    assert.truthy(headers["twilio-request-id"]:find("^RQ%x+$") and #headers["twilio-request-id"] == 34)
    assert.truthy(headers["twilio-request-duration"]:find("^%d+%.%d%d%d$"))
    assert.equal("1", headers["twilio-concurrent-requests"])
    assert.truthy(headers.date:find("GMT$"))
    assert.equal("api.twilio.com", headers["x-api-domain"])
    assert.not_equal(headers["twilio-request-id"], api.send("GET", ALL).headers["twilio-request-id"])
  end)

  it("may be encoded as forms are", function ()
    local response = api.sandbox:send{ method = "POST", headers = {},
      account = api.account(api.sandbox.account_sid, "sandbox_auth_token"),
      url = "https://api.twilio.com/2010-04-01/Accounts/" .. api.sandbox.account_sid .. "/" .. ALL,
      body = "AreaCode=415&FriendlyName=a+b%2Bc%26%0A%C3%A9&SmsUrl=" }
    assert.truthy(response.body:find([["friendly_name":"a b+c&\né"]], 1, true))
  end)

  describe("without .json are answered in XML:", function ()
    local function xml (path, method)
      local response = api.send(method or "GET", path)
      assert.equal("application/xml", response.headers["content-type"])
      return response.body, response.status
    end

    it("a list", function ()
      local body = xml("IncomingPhoneNumbers")
      assert.truthy(body:find('<TwilioResponse><IncomingPhoneNumbers end="0" ', 1, true))
      assert.truthy(body:find("<IncomingPhoneNumber><", 1, true))
    end)

    it("a record", function ()
      local sid = api.get(ALL).incoming_phone_numbers[1].sid
      local body = xml("IncomingPhoneNumbers/" .. sid)
      assert.truthy(body:find("<TwilioResponse><IncomingPhoneNumber>", 1, true))
      assert.truthy(body:find("<Sid>" .. sid .. "</Sid>", 1, true))
    end)

    it("an error", function ()
      local body, status = xml("IncomingPhoneNumbers/PN1")
      assert.equal(404, status)
      assert.truthy(body:find("<TwilioResponse><RestException><Code>20404</Code>", 1, true))
    end)

    it("what XML cannot hold as it is", function ()
      local sid = api.get(ALL).incoming_phone_numbers[1].sid
      api.post("IncomingPhoneNumbers/" .. sid .. ".json", { FriendlyName = "a<b>&c" })
      assert.truthy(xml("IncomingPhoneNumbers/" .. sid):find("a&lt;b&gt;&amp;c", 1, true))
    end)
  end)
end)
