local fake = require "spec.lua.fake"
local twilio = require "twilio"
local version = require "twilio.version"

local same = fake.response(200, fake.record())

describe("twilio.new", function ()
  it("raises at its caller's line what could never be right", function ()
    for _, config in ipairs{ { acount_sid = "AC" }, { timeout = "1" }, "AC" } do
      local line = debug.getinfo(1, "l").currentline + 1
      local ok, err = pcall(function () local _ = twilio.new(config) end)
      assert.is_false(ok)
      assert.truthy(err:find("twilio_spec.lua:" .. line, 1, true), err)
    end
  end)

  it("answers a bad value", function ()
    local client, err = twilio.new{ account_sid = "AC1", auth_token = "t" }
    assert.is_nil(client)
    assert.equal("config", err.kind)
  end)

  it("asks of a transport what a transport has", function ()
    local client, err = twilio.new{ account_sid = fake.account.sid, auth_token = "t", transport = { send = print } }
    assert.is_nil(client)
    assert.same({ "config", "transport" }, { err.kind, err.parameter })
  end)
end)

describe("a client", function ()
  it("shows no more than whose it is", function ()
    local client = fake.client(fake.transport(same))
    assert.equal("twilio.client(AC...aaaa)", tostring(client))
    assert.equal("twilio.client", getmetatable(client))
    assert.has_error(function () setmetatable(client, nil) end)
    local fields = {}
    for name in pairs(client) do fields[#fields + 1] = name end
    assert.same({ "numbers" }, fields)
  end)

  it("says who it is to the server", function ()
    local transport = fake.transport(same)
    fake.client(transport, { user_agent = "shop/1.0" }).numbers.get_incoming{ sid = fake.sid }
    assert.equal(("twilio-numbers-lua/%s (%s) shop/1.0"):format(version, _VERSION),
                 transport.requests[1].headers["User-Agent"])
  end)

  it("never puts its credential into a request", function ()
    local transport = fake.transport(same)
    fake.client(transport).numbers.get_incoming{ sid = fake.sid }
    local request = transport.requests[1]
    for _, value in pairs(request) do assert.is_nil(tostring(value):find(fake.account.token, 1, true)) end
    for name in pairs(request.headers) do assert.not_equal("authorization", name:lower()) end
  end)

  it("can be closed, and closed again; its calls are then closed too", function ()
    local transport = fake.transport(same)
    local client = fake.client(transport)
    client:close()
    client:close()
    for _, call in ipairs{ client.numbers.get_incoming, client.numbers.buy } do
      local value, err = call{ sid = fake.sid }
      assert.is_nil(value)
      assert.equal("closed", err.kind)
    end
    assert.equal("unknown", (client.numbers.reconcile{ phone_number = fake.number }))
    assert.equal(0, #transport.requests)
    assert.equal(0, transport.closed)  -- it was not the client's own
  end)

  it("lives on in its functions alone", function ()
    local numbers = fake.client(fake.transport(same)).numbers
    collectgarbage()
    collectgarbage()
    assert.equal(fake.sid, numbers.get_incoming{ sid = fake.sid }.sid)
  end)

  if _VERSION ~= "Lua 5.1" then
    it("is closed at the end of its block", function ()
      local client = fake.client(fake.transport(same))
      load("local client <close> = ...")(client)
      assert.equal("closed", select(2, client.numbers.get_incoming{ sid = fake.sid }).kind)
    end)
  end

  it("runs tasks", function ()
    local client = fake.client(fake.transport(same))
    local tasks = client:tasks{ concurrency = 2 }
    for _ = 1, 3 do tasks:add(client.numbers.get_incoming, { sid = fake.sid }) end
    local results = tasks:wait()
    assert.same({ 3, fake.sid }, { #results, results[3][1].sid })
  end)
end)

describe("the environment's numbers", function ()
  it("are one table under both names", function ()
    assert.equal(twilio.numbers, require "twilio.numbers")
  end)

  it("answer what the environment lacks at the first call, and not before", function ()
    if os.getenv("TWILIO_ACCOUNT_SID") then return pending("TWILIO_ACCOUNT_SID is set") end
    local value, err = twilio.numbers.list_incoming()
    assert.is_nil(value)
    assert.same({ "config", "account_sid" }, { err.kind, err.parameter })
    local ok, raised = pcall(twilio.numbers.each_incoming())
    assert.same({ false, "config" }, { ok, raised.kind })
    local group, none = twilio.tasks()
    assert.is_nil(group)
    assert.equal("config", none.kind)
  end)
end)
