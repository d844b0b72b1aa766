local child = require "spec.support.child"
local open = require "twilio.open"

local sid = "AC" .. ("1"):rep(32)

-- What open does when these stand in for modules of ours, and `ngx` for the global.
local function with (modules, ngx, f)
  local before = {}
  for name, module in pairs(modules) do before[name], package.loaded[name] = package.loaded[name] or false, module end
  local outside = rawget(_G, "ngx")
  rawset(_G, "ngx", ngx)
  local ok, err = pcall(f)
  rawset(_G, "ngx", outside)
  for name, module in pairs(before) do package.loaded[name] = module or nil end
  if not ok then error(err, 0) end
end

-- A transport's module that keeps what it was asked for.
local function carrier (log, answer, failure)
  return { new = function (options)
    log.options = options
    return answer, failure
  end }
end

describe("a session", function ()
  it("goes over libcurl, and closes what it opened", function ()
    local log, closed = {}, 0
    local transport = { close = function () closed = closed + 1 end }
    with({ ["twilio.transport.curl"] = carrier(log, transport) }, nil, function ()
      local session = open{ account_sid = sid, auth_token = "t", ca_file = "/ca.pem", ca_path = "/certs", proxy = "",
                            connect_timeout = 3 }
      assert.same({ ca_file = "/ca.pem", ca_path = "/certs", proxy = "", connect_timeout = 3 }, log.options)
      assert.equal(1000, session.settings.page_size)
      session:close()
      session:close()
      assert.equal(1, closed)
    end)
  end)

  it("goes over a cosocket inside nginx, with smaller pages", function ()
    local log = {}
    local transport = { close = function () end }
    with({ ["twilio.transport.cosocket"] = carrier(log, transport) }, { socket = { tcp = print } }, function ()
      local session = open{ account_sid = sid, auth_token = "t" }
      assert.equal(transport, session.transport)
      assert.equal(50, session.settings.page_size)
    end)
  end)

  it("is not opened when its transport cannot be", function ()
    with({ ["twilio.transport.curl"] = carrier({}, nil, { kind = "config", message = "no such file" }) }, nil,
         function ()
      local session, err = open{ account_sid = sid, auth_token = "t", ca_file = "/missing" }
      assert.is_nil(session)
      assert.equal("config: no such file", tostring(err))
    end)
  end)

  it("is not opened outside nginx where only the core is installed, and says so", function ()
    local said = child.run([[
      local twilio = require "twilio"
      print(select(2, twilio.new{ account_sid = "AC" .. ("1"):rep(32), auth_token = "t" }))]],
      { before = ("d=$(mktemp -d); mkdir $d/twilio; cp '%stwilio/core.so' $d/twilio; trap 'rm -rf $d' EXIT;"
        .. ' LUA_CPATH="$d/?.so;;"'):format(os.getenv "LUA_CPATH":match "^(.-)%?") })
    assert.equal("config: outside nginx twilio.curl is needed: it is not installed", said)
  end)

  it("is not opened inside nginx with a setting that has no meaning there, which is named", function ()
    with({}, { socket = { tcp = print } }, function ()
      for name, value in pairs{ ca_file = "/ca.pem", ca_path = "/certs", proxy = "ftp://proxy" } do
        local session, err = open{ account_sid = sid, auth_token = "t", [name] = value }
        assert.is_nil(session)
        assert.same({ "config", name }, { err.kind, err.parameter })
      end
    end)
  end)
end)
