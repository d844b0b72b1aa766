-- twilio.curl and the process that it runs in: forks, signals, files, memory.

local child = require "spec.support.child"
local faults = require "spec.support.faults"
local native = require "spec.support.native"

describe("twilio.curl, in a process", function ()
  local server

  setup(function ()
    server = faults.start()
    native.library "process"   -- built here, not in a child that is short of something
  end)
  teardown(function () server:stop() end)

  before_each(function () server:reset() end)

  local prelude = ([[
    package.path, package.cpath = %q, %q
    local core, curl = require "twilio.core", require "twilio.curl"
    local process = require "spec.support.native".load "process"
    local url, ca, sid = %%q, %%q, "AC" .. ("1"):rep(32)
    local own = core.account{ account_sid = sid, user = sid, secret = "secret", api_url = url }
    local pool = curl.pool{ ca_file = ca }
    local function request (timeout)
      return { method = "GET", url = url .. "/x", account = own, timeout = timeout or 5, headers = {} }
    end
  ]]):format(package.path, package.cpath)

  local function run (code, around)
    return child.run(prelude:format(server:url("good"), server.ca) .. code, around)
  end

  it("that was forked is told so, and leaves the parent's connection alone", function ()
    local said = run[[
      assert(pool:perform(request()))
      local kept = pool:start(request())
      local pid = process.fork()
      if pid == 0 then
        local _, one = pool:perform(request())
        local _, two = pool:start(request())
        local _, three = pool:step(0)
        local _, four = kept:take()
        kept:close()
        pool:close()
        pool, kept = nil, nil
        collectgarbage()
        collectgarbage()
        local all = one.kind == "forked" and two.kind == "forked" and three.kind == "forked" and four.kind == "forked"
        process.exit(all and 7 or 1)
      end
      print(process.wait(pid), kept:take().status, pool:perform(request()).status)
    ]]
    assert.equal("7\t404\t404", said)
    assert.equal(1, server:truth("good").connections)
  end)

  it("that was forked ends the waiting of tasks that were under way", function ()
    local said = run[[
      local transport = require "twilio.transport.curl".new{ ca_file = ca, proxy = "" }
      local group = require "twilio.tasks".new(transport, { concurrency = 2 })
      group:add(transport.send, transport, request())
      local pid = process.fork()
      if pid == 0 then
        process.exit(group:wait()[1][2].kind == "forked" and 7 or 1)
      end
      print(process.wait(pid), group:wait()[1][1].status)
    ]]
    assert.equal("7\t404", said)
  end)

  it("that was forked opens twilio.numbers anew, whose account is the environment's, and no other client", function ()
    local sid = "AC" .. ("1"):rep(32)
    local said = run([[
      local twilio = require "twilio"
      local client = twilio.new{}
      assert(twilio.numbers.list_incoming() and client.numbers.list_incoming())
      local pid = process.fork()
      if pid == 0 then
        local _, first = twilio.numbers.list_incoming()
        local _, second = twilio.numbers.list_incoming()
        local group = twilio.tasks()
        group:add(twilio.numbers.list_incoming)
        local result, _, err = group:wait()[1], client.numbers.list_incoming()
        process.exit(first.attempts + second.attempts == 2 and result[1] and err.kind == "forked" and 7 or 1)
      end
      print(process.wait(pid), twilio.numbers.list_incoming() and client.numbers.list_incoming() and "both")
    ]], { before = ("TWILIO_ACCOUNT_SID=%s TWILIO_AUTH_TOKEN=x TWILIO_API_URL=%s TWILIO_CA_FILE=%s"):format(sid,
      server:url("good"), server.ca) })
    assert.equal("7\tboth", said)
    assert.equal(3, server:truth("good").connections)   -- two of the parent's, one of the child's
  end)

  it("collects a pool and its exchanges in a forked child without a word to the server", function ()
    local said = run[[
      assert(pool:perform(request()))
      local pid = process.fork()
      if pid == 0 then os.exit(0, true) end
      print(process.wait(pid), pool:perform(request()).sent)
    ]]
    assert.equal("0\t1", said)
    assert.equal(1, server:truth("good").connections)
  end)

  it("gives no socket of a transfer to a child", function ()
    local said = run[[
      assert(pool:perform(request()))
      pool:start(request())
      pool:step(0.1)
      local pipe = io.popen("ls -l /proc/self/fd")
      local text = pipe:read("*a")
      pipe:close()
      local sockets = select(2, text:gsub("socket:", ""))
      print(sockets)
    ]]
    assert.equal("0", said)
  end)

  it("leaves to a child what another thread opened meanwhile", function ()
    local said = run([[
      local pipe = io.popen("ls -l /proc/self/fd")
      print(select(2, pipe:read("*a"):gsub("/dev/zero", "")))
      pipe:close()
    ]], { before = "SHIM_OPENS=/dev/zero LD_PRELOAD=$LD_PRELOAD:" .. native.library("shim") })
    assert.equal("2", said)
  end)

  it("with its standard streams closed never has a socket in their place", function ()
    local path = os.tmpname()
    local _, status = run(([[
      assert(pool:perform(request()))
      local found = 0
      for fd = 0, 2 do
        local _, _, code = io.open("/proc/self/fd/" .. fd)
        if code == 6 then found = found + 1 end  -- ENXIO: a socket cannot be opened
      end
      local file = io.open(%q, "w")
      file:write(found, " sockets")
      file:close()
    ]]):format(path), { redirect = "<&- >&- 2>&-" })
    local file = io.open(path)
    local said = file:read("*a")
    file:close()
    os.remove(path)
    assert.same({ 0, "0 sockets" }, { status, said })
  end)

  it("survives a connection reset while it sends, and keeps its own SIGPIPE", function ()
    server:script("good", { every_request = { "rst" } })
    local said, status = run[[
      for _ = 1, 5 do pool:perform(request()) end
      print(pool:perform(request()) == nil)
      io.stdout:flush()
      os.execute("kill -PIPE $PPID")
      print("not reached")
    ]]
    assert.equal("true", said:match("^%S+"))
    assert.is_nil(said:find("not reached"))
    assert.equal(128 + 13, status)
  end)

  it("ends with pools and exchanges open, in whatever order they were made", function ()
    local said, status = run[[
      local exchange = pool:start(request())
      setmetatable({}, { __gc = function () exchange:take() pool:step(0) end })
      local second = curl.pool{}
      second:start(request())
      os.exit(0, true)
    ]]
    assert.same({ "", 0 }, { said, status })
  end)
end)
