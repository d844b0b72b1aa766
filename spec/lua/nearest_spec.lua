local nearest = require "twilio.nearest"

local known = { auth_token = 1, account_sid = 1, api_url = 1, api_key = 1 }

describe("a misspelt name", function ()
  it("brings the nearest known one to mind", function ()
    assert.equal("; did you mean auth_token?", nearest.hint("auth_tokn", known))
    assert.equal("; did you mean account_sid?", nearest.hint("acount_sid", known))
    assert.equal("; did you mean api_url?", nearest.hint("API_URL", known))
  end)

  it("brings none to mind when none is near", function ()
    assert.equal("", nearest.hint("frobnicate", known))
    assert.equal("", nearest.hint(1, known))
    assert.equal("", nearest.hint(("x"):rep(1000), known))
  end)
end)
