-- No secret is to be seen: not in what a client says, tells its hooks or keeps in tables, in raw, base64 or percent
-- form; and not in our own memory once it is closed.

local catalogue = require "spec.support.catalogue"
local child = require "spec.support.child"
local scan = require "spec.support.scan"
local twilio = require "twilio"

local NUMBER, SECRET = catalogue.NUMBER, catalogue.SECRET
local response, world = catalogue.response, catalogue.world

local function weather ()
  return world{ { kind = "connect", message = "refused", sent = 0, transient = true },
    response(429, '{"code":20429}'), { kind = "network", message = "ended", sent = 1, transient = true },
    response(200, '{"incoming_phone_numbers":[]}'), response(500, "<html>"), response(401, '{"code":20003}') }
end

describe("secrets", function ()
  it("are found by the scan in each form", function ()
    local percent = SECRET:gsub("%W", function (c) return ("%%%02x"):format(c:byte()) end)
    for _, form in ipairs{ SECRET, percent, scan.base64("AC1:" .. SECRET), scan.base64("AC12:" .. SECRET),
        scan.base64("AC123:" .. SECRET) } do
      assert.is_string(scan.find({ deep = { { form .. " behind it" } } }, SECRET))
      assert.is_string(scan.find({ [form] = true }, SECRET))
    end
    assert.is_nil(scan.find({ "nothing", { here = true } }, SECRET))
  end)

  it("reach no hook, no error, no traceback and no transport", function ()
    local told = {}
    local function hook (event)
      told[#told + 1] = event
      told[#told + 1] = debug.traceback("in a hook")
    end
    local w = weather()
    local client = catalogue.client(w, { on_request = hook, on_response = hook, on_retry = hook, on_intent = hook })
    local value, err = client.numbers.buy{ phone_number = NUMBER }
    assert.is_nil(value)
    told[#told + 1] = { err, tostring(err), tostring(client), w.requests }
    assert.is_true(#told > 10)
    assert.is_nil(scan.find(told, SECRET))
  end)

  it("are in no message about a wrong configuration", function ()
    for _, bad in ipairs{ { auth_token = SECRET .. "\n" }, { auth_token = SECRET, api_key = "SK" },
        { api_key = SECRET, api_secret = SECRET }, { auth_token = SECRET, api_url = "https://u:" .. SECRET .. "@host" },
        { auth_token = SECRET, proxy = 7 }, { auth_token = SECRET, authtokn = SECRET } } do
      bad.account_sid = catalogue.ACCOUNT
      local ok, made, err = pcall(twilio.new, bad)
      assert.is_nil(scan.find({ ok or made, err, tostring(err) }, SECRET))
    end
  end)

  it("are in nothing that Lua can reach from a client", function ()
    local said = child.run(([[
      local scan = require "spec.support.scan"
      local twilio = require "twilio"
      local secret = os.getenv("NEEDLE"):reverse()
      local client = assert(twilio.new{ account_sid = "%s", auth_token = secret, max_attempts = 1,
                                        proxy = "http://me:" .. scan.needles(secret)[2] .. "@127.0.0.1:1" })
      assert(not client.numbers.list_countries())
      local tasks = client:tasks{}
      local pager = client.numbers.pages_incoming{}
      do   -- it would be found there
        local upvalue = scan.base64("x:" .. secret)
        assert(scan.deep({ function () return upvalue end }, secret))
      end
      print(scan.deep({ client, tasks, pager, twilio, package.loaded, debug.getregistry() }, secret))]]):format(
      catalogue.ACCOUNT), { before = "NEEDLE='" .. SECRET:reverse() .. "'" })
    assert.equal("nil", said)
  end)

  -- How often a child's memory holds the credential as our C keeps it, after `code`, which may use open(). The child
  -- knows what it looks for only backwards, so that it does not find its own knowledge; and it looks once, because what
  -- it finds it has then copied.
  local function copies_after (code)
    local needle = scan.base64(catalogue.ACCOUNT .. ":" .. SECRET):reverse()
    local said = child.run(([[
      local core = require "twilio.core"
      local needle = "%s"
      local function copies ()
        local count, ranges = 0, {}
        for line in io.lines("/proc/self/maps") do
          local from, to = line:match("^(%%x+)%%-(%%x+) rw")
          if from and not line:find("%%[v") then ranges[#ranges + 1] = { tonumber(from, 16), tonumber(to, 16) } end
        end
        local memory = assert(io.open("/proc/self/mem", "rb"))
        for _, range in ipairs(ranges) do
          memory:seek("set", range[1])
          for _ = 1, math.ceil((range[2] - range[1]) / 1048576) do
            local bytes = memory:read(math.min(1048576, range[2] - memory:seek()))
            if not bytes then break end
            local _, found = bytes:reverse():gsub(needle, "")
            count = count + found
          end
        end
        memory:close()
        return count
      end
      local function open ()
        return assert(core.account{ account_sid = "%s", user = "%s", secret = os.getenv("TOKEN") })
      end
      %s
      collectgarbage()
      collectgarbage()
      print(copies())]]):format(needle, catalogue.ACCOUNT, catalogue.ACCOUNT, code), {
      before = "TOKEN='" .. SECRET .. "'" })
    return assert(tonumber(said), said)
  end

  it("are gone from our memory when the account is closed, and when it is collected", function ()
    assert.is_true(copies_after "account = open()" > 0)
    assert.equal(0, copies_after "open():close()")
    assert.equal(0, copies_after "coroutine.wrap(function () open() end)()")   -- on a stack that is collected too
  end)
end)
