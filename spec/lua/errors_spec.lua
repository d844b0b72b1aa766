local errors = require "twilio.errors"

local request = { operation = "get_incoming", method = "GET", headers = {},
                  url = "https://api.twilio.com/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json?PhoneNumber=%2B1415" }

describe("an error", function ()
  it("reads as its kind and its message", function ()
    assert.equal("config: proxy: no URL", tostring(errors.new{ kind = "config", message = "proxy: no URL" }))
  end)

  it("reads with what identifies the exchange", function ()
    local err = errors.of({ kind = "not_found", message = "no such number", status = 404, code = 20404,
                            request_id = "RQ1" }, request)
    assert.equal("not_found: no such number (GET /2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json, status 404, " ..
                 "code 20404, request RQ1)", tostring(err))
  end)

  it("knows whose failure it is, without the query", function ()
    local err = errors.of({ kind = "timeout", message = "late" }, request)
    assert.equal("get_incoming", err.operation)
    assert.equal("GET", err.method)
    assert.equal("/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json", err.path)
  end)

  it("keeps its metatable, which says what it is", function ()
    local err = errors.new{ kind = "limit", message = "too long" }
    assert.equal("twilio.error", getmetatable(err))
    assert.has_error(function () setmetatable(err, nil) end)
  end)
end)
