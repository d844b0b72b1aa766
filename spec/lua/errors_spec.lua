local fake = require "spec.lua.fake"
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

  it("is joined to text as it reads", function ()
    local err = errors.new{ kind = "limit", message = "too long" }
    assert.equal("not bought: limit: too long.", "not bought: " .. err .. ".")
    assert.equal("limit: too longlimit: too long", err .. err)
  end)

  it("keeps its metatable, which says what it is", function ()
    local err = errors.new{ kind = "limit", message = "too long" }
    assert.equal("twilio.error", getmetatable(err))
    assert.has_error(function () setmetatable(err, nil) end)
  end)
end)

describe("a mistake", function ()
  local function strict () errors.raise("never so", 2) end

  local function here () return debug.getinfo(2, "l").currentline end

  -- The line that f's mistake is raised at.
  local function place (f)
    local _, message = pcall(f)
    assert.matches("never so$", message)
    return tonumber(message:match("^[^:]*errors_spec%.lua:(%d+): "))
  end

  it("is raised at its caller's line", function ()
    local line
    local at = place(function () line = here() strict() end)
    assert.equal(line, at)
  end)

  it("is raised at the next line up where the caller's own is lost in a tail call", function ()
    local function tail () return strict() end
    local line
    local at = place(function () line = here() tail() end)
    assert.equal(line, at)
  end)

  it("is raised at the next line up where C made the call", function ()
    local line
    local at = place(function () line = here() error(select(2, pcall(strict)), 0) end)
    assert.equal(line, at)
  end)

  it("is raised at no line of the library's own, but for a task's without any", function ()
    local transport = fake.transport(fake.response(200, fake.record()))
    function transport.step () end   -- so that its tasks are coroutines
    local client = fake.client(transport)
    local tasks = client:tasks()
    tasks:add(client.numbers.get_incoming, { sidd = "PN" })
    tasks:add(function () return client.numbers.get_incoming{ sidd = "PN" } end)
    tasks:add(function () local number = client.numbers.get_incoming{ sidd = "PN" } return number end)
    local results, line = tasks:wait(), here() - 1
    assert.matches("^get_incoming has no parameter 'sidd'", results[1][2])
    assert.matches("^get_incoming has no parameter 'sidd'", results[2][2])
    assert.matches("errors_spec%.lua:" .. line .. ": get_incoming has no parameter 'sidd'", results[3][2])
  end)

  it("is raised without a line where there is none at all", function ()
    local _, message = coroutine.resume(coroutine.create(function () return strict() end))
    assert.equal("never so", message)
  end)
end)
