-- The examples, run as a reader runs them: as programs of their own, with their settings in the environment, against
-- the sandbox over https.

local native = require "spec.support.native"
local sandbox = require "spec.support.sandbox"
local system = require "spec.support.system"

local shell = system.shell

local server, account
local ran = {}

-- What an example printed, both streams together, and its exit status.
local function run (example, arguments, environment)
  ran[example] = true
  local command = ('env -i PATH="$PATH" LUA_PATH="$LUA_PATH" LUA_CPATH="$LUA_CPATH" no_proxy=127.0.0.1 %s '
    .. "%s examples/%s.lua %s 2>&1 </dev/null; echo \" $?\""):format(environment or account, native.lua,
    example, arguments or "")
  local text, status = shell(command):match("^(.-)%s*(%d+)$")
  return text, tonumber(status)
end

local function lines (text)
  local count = 0
  for _ in text:gmatch("[^\n]+") do count = count + 1 end
  return count
end

describe("the examples", function ()
  setup(function ()
    server = sandbox.start()
    account = ("TWILIO_API_URL=%s TWILIO_CA_FILE=%s TWILIO_ACCOUNT_SID=%s TWILIO_AUTH_TOKEN=%s"):format(server.tls_url,
      server.ca_file, server.account_sid, server.auth_token)
  end)

  teardown(function () server:stop() end)

  before_each(function () server:reset() end)

  local function for_sale (area_code)
    return run("find_number", "US " .. area_code):match("%+%d+")
  end

  it("find_number prints what can be bought", function ()
    local text, status = run("find_number", "US 415")
    assert.equal(0, status, text)
    assert.truthy(text:find("^%+1415%d%d%d%d%d%d%d%s+%u%l"))
    assert.truthy(text:find("10 numbers can be bought$"))
    assert.equal(11, lines(text))
  end)

  it("find_number says which setting is missing", function ()
    local text, status = run("find_number", "US", "")
    assert.equal(1, status)
    assert.truthy(text:find("TWILIO_ACCOUNT_SID", 1, true), text)
  end)

  it("buy_number buys the number that it is given, once", function ()
    local number = for_sale(415)
    local text, status = run("buy_number", number)
    assert.equal(0, status, text)
    assert.truthy(text:find(number .. "%s+is ours now:%s+PN%x+"), text)
    local charges = server:state().charges
    assert.equal(1, #charges)
    assert.equal(number, charges[1].phone_number)
  end)

  it("buy_number takes an area code too", function ()
    local text, status = run("buy_number", "212")
    assert.equal(0, status, text)
    assert.truthy(server:state().charges[1].phone_number:find("^%+1212"))
  end)

  it("buy_number says that a number is not for sale", function ()
    local text, status = run("buy_number", "+15005550000")
    assert.equal(1, status)
    assert.truthy(text:find("^not bought:"), text)
    assert.same(0, #server:state().charges)
  end)

  it("change_webhooks changes where calls and messages go", function ()
    local number = for_sale(415)
    run("buy_number", number)
    local text, status = run("change_webhooks", number .. " https://example.com/hooks")
    assert.equal(0, status, text)
    assert.truthy(text:find("calls go to%s+https://example.com/hooks/voice"), text)
    assert.truthy(text:find("messages go to%s+https://example.com/hooks/sms"), text)
  end)

  it("change_webhooks refuses a number that is not ours", function ()
    local text, status = run("change_webhooks", "+14155550100 https://example.com")
    assert.equal(1, status)
    assert.truthy(text:find("+14155550100 is not ours", 1, true), text)
  end)

  it("walk_numbers prints every number, over pages", function ()
    server:reset{ numbers = 1001 }
    local text, status = run("walk_numbers")
    assert.equal(0, status, text)
    assert.truthy(text:find("1001 numbers$"))
    assert.equal(1002, lines(text))
  end)

  it("update_all_numbers changes every number", function ()
    server:reset{ numbers = 120 }
    local text, status = run("update_all_numbers", "https://example.com/calls")
    assert.equal(0, status, text)
    assert.equal("120 numbers changed", text)
    local page = server:request("GET", "/IncomingPhoneNumbers.json?PageSize=1000").body
    assert.equal(120, select(2, page:gsub('"status_callback":%s*"https:\\?/\\?/example.com\\?/calls"', "")))
  end)

  it("verify_caller_id shows the code and waits for the verification", function ()
    local text, status = run("verify_caller_id", "+14155552671")
    assert.equal(0, status, text)
    assert.truthy(text:find("key in %d%d%d%d%d%d\n"), text)
    assert.truthy(text:find("is verified:%s+PN%x+$"), text)
  end)

  it("handle_errors meets a bad value, a missing number and a misspelt parameter", function ()
    local text, status = run("handle_errors")
    assert.equal(0, status, text)
    assert.truthy(text:find("the value of phone_number is wrong; nothing was sent", 1, true), text)
    assert.truthy(text:find("there is no such thing (status 404)", 1, true), text)
    assert.truthy(text:find("handle_errors%.lua:%d+: .*did you mean 'friendly_name'%?"), text)
  end)

  it("lifecycle ends with nothing owned and everything released", function ()
    local text, status = run("lifecycle", "", account .. " VERIFY_PHONE=+14155552671")
    assert.equal(0, status, text)
    assert.truthy(text:find("\nDone. Nothing of it is left in the account.$"))
    local state = server:state()
    assert.equal(1, #state.charges)
    assert.equal(1, #state.releases)
    assert.equal(0, #state.owned)
  end)

  it("are all run above", function ()
    for example in shell("ls examples"):gmatch("([%w_]+)%.lua") do assert.truthy(ran[example], example) end
  end)
end)
