-- The catalogue of faults, 4.6: what the process and the operating system do to a client.

local catalogue = require "spec.support.catalogue"
local child = require "spec.support.child"
local cjson = require "cjson.safe"
local core = require "twilio.core"
local faults = require "spec.support.faults"
local native = require "spec.support.native"

local NUMBER = catalogue.NUMBER
local fails = catalogue.fails
local process = native.load "process"

local server, client

local function real (at, more)
  client = catalogue.real(server, at, more)
  return client.numbers
end

-- Code for a child: `client` is one for the listener, without retries; %s in `code` are filled in.
local function script (at, code, ...)
  return ([[
    local core = require "twilio.core"
    local client = require("twilio").new{ account_sid = "%s", auth_token = "%s", max_attempts = 1,
      api_url = "%s", ca_file = "%s" }
    local numbers = client.numbers
    ]]):format(catalogue.ACCOUNT, catalogue.SECRET, server:url(at), server.ca) .. code:format(...)
end

-- What a child that makes one call prints.
local ONE_CALL = [[
  local page, err = numbers.list_incoming{}
  print(page and "answered" or err.kind .. " " .. tostring(err.sent) .. ": " .. tostring(err))]]

local function signals ()
  local found = {}
  for line in io.lines("/proc/self/status") do
    local name, bits = line:match("^(Sig%u%l%l):%s*(%x+)$")
    if name then found[name] = bits end
  end
  return found
end

local function write (path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

describe("faults of the process and the system", function ()
  local fault = catalogue.faults(it)
  local scratch

  setup(function ()
    server = faults.start()
    scratch = server.directory .. "/scratch"
    os.execute("mkdir " .. scratch)
  end)
  teardown(function () server:stop() end)
  before_each(function () server:reset() end)
  after_each(function ()
    if client then client:close() end
    client = nil
  end)

  fault(103, "a fork: the child uses and collects its parent's client", function (came)
    local numbers = real("good")
    assert(numbers.list_incoming{})
    local pid = process.fork()
    if pid == 0 then
      local fine = pcall(function ()
        fails({ kind = "forked", sent = false }, numbers.list_incoming{})
        client:close()
        client, numbers = nil, nil
        collectgarbage()
        collectgarbage()
      end)
      process.exit(fine and 7 or 8)
    end
    assert.equal(7, process.wait(pid))
    local _, info = assert(numbers.list_incoming{})
    assert.equal(1, info.attempts)
    assert.equal(1, server:truth("good").connections)
    came("forked in the child; the parent's connection lives")
  end)

  fault(104, "a signal every half millisecond", function (came)
    local numbers = real("good", { timeout = 0.5, max_attempts = 1 })
    local requests = { [51] = { "hang" } }   -- told before the storm, which would interrupt the telling
    for i = 1, 50 do requests[i] = { "answer" } end
    server:script("good", { requests = requests })
    process.storm(0.0005)
    local fine, why = pcall(function ()
      for _ = 1, 50 do assert(numbers.list_incoming{}) end
      local start = core.now()
      core.sleep(0.2)
      local slept = core.now() - start
      assert.is_true(slept >= 0.2 and slept < 0.7, "slept " .. slept)
      start = core.now()
      fails({ kind = "timeout" }, numbers.list_incoming{})
      local took = core.now() - start
      assert.is_true(took > 0.475 and took < 1, "took " .. took)   -- each signal might have begun it anew
    end)
    local count = process.storm(0)
    assert.is_true(fine, why)
    assert.is_true(count > 50)
    came(("50 of 50 calls through %d signals"):format(count))
  end)

  fault(105, "SIGPIPE in its default disposition, resets while sending", function (came)
    process.break_pipes()
    local before = signals()
    for _, steps in ipairs{ { "rst" }, { "tls", "rst" }, { "tls", { wait = 0.01 }, "rst" }, { "close" } } do
      server:reset()
      server:script("good", { every_connection = steps })
      local numbers = real("good")
      numbers.update_incoming{ sid = catalogue.PN, voice_url = "https://example.com/" .. ("x"):rep(1500) }
      client:close()
    end
    -- A kept connection that was reset meanwhile is written to.
    server:reset()
    server:script("good", { requests = { { "answer", "rst" } } })
    local numbers = real("good")
    assert(numbers.list_incoming{})
    core.sleep(0.02)
    assert(numbers.list_incoming{})
    client:close()
    assert.same(before, signals())
    came("alive; blocked, pending, ignored and caught signals as before")
  end)

  fault(106, "stdin, stdout and stderr closed", function (came)
    local path = scratch .. "/said"
    local _, status = child.run(script("good", [[
      local file = assert(io.open("%s", "w"))   -- takes the place of one of them
      file:close()
      local page, err = numbers.list_incoming{}
      local text = page and "answered" or tostring(err)
      io.stdout:write("stray") io.stdout:flush()
      io.stderr:write("stray")
      page, err = numbers.list_incoming{}
      text = text .. ", " .. (page and "answered" or tostring(err))
      file = assert(io.open("%s", "w"))
      file:write(text)
      file:close()]], path, path), { redirect = "<&- >&- 2>&-" })
    assert.equal(0, status)
    assert.equal("answered, answered", io.open(path):read("*a"))
    assert.equal(1, server:truth("good").connections)
    assert.equal(2, server:truth("good").requests)
    came("answered, answered, on one connection")
  end)

  fault(107, "no file descriptor is left", function (came)
    local numbers = real("good")
    server:script("good", { requests = { { { answer = { headers = { Connection = "close" } } } } } })
    assert(numbers.list_incoming{})
    local files, was = {}, process.files(256)
    for _ = 1, 256 do files[#files + 1] = io.open("/dev/null") end
    local value, err = numbers.list_incoming{}
    for _, file in ipairs(files) do file:close() end
    process.files(was)
    came(fails({ kind = "connect", sent = false }, value, err))
    assert(numbers.list_incoming{})
  end)

  fault(108, "memory runs out while a page is read", function (came)
    -- Enough for the page's 2.4 MB, on the wire and decoding; not for the tables that it makes. (Where even its own
    -- buffer cannot be had, lua-cjson ends the process: a limit of that library.)
    local body = '{"incoming_phone_numbers":[' .. ('{"a":1},'):rep(300000) .. "{}]}"
    server:script("good", { requests = { { "answer" }, { { reply = { status = 200, body = body } } } } })
    local said, status = child.run(script("good", [[
      local process = require("spec.support.native").load "process"
      assert(numbers.list_incoming{})
      local was = process.memory(16 * 1024 * 1024)   -- that much more, and no more
      local ok, page, err = pcall(numbers.list_incoming, {})
      process.memory(-1, was)
      print(ok and (page and "answered" or tostring(err)) or page)
      print(numbers.list_incoming{} and "answered")]]))
    assert.equal(0, status, said)
    assert.truthy(said:find("[Mm]emory"), said)
    assert.truthy(said:find("\nanswered$"), said)
    came(said)
  end)

  fault(109, "a child by io.popen", function (came)
    local said = child.run(script("good", [[
      assert(numbers.list_incoming{})
      local pipe = io.popen("ls -l /proc/self/fd")
      local text = pipe:read("*a")
      pipe:close()
      print(text:find("socket:") and text or "no socket")
      assert(numbers.list_incoming{})]]), { redirect = "</dev/null" })
    assert.equal("no socket", said)
    assert.equal(1, server:truth("good").connections)
    came(said)
  end)

  fault(110, "the wall clock jumps 10 years back, an hour on, beyond the certificate", function (came)
    local shim = native.library("shim")
    for _, jump in ipairs{ -315360000, -3600, 3600 } do
      local path = scratch .. "/jump" .. jump
      server:script("good", { requests = { { "hang" } } })
      local said = child.run(script("good", [[
        local start, wall = core.now(), os.time()
        os.execute("(sleep 0.1; echo %d > %s) &")
        local page, err = numbers.list_incoming{ deadline = 0.4 }
        local took = core.now() - start
        while not io.open("%s") do core.sleep(0.01) end   -- on a machine too busy for that
        print(err.kind, took > 0.38 and took < 1 and "in time" or took, math.abs(os.time() - wall - %d) < 30)]], jump,
        path, path, jump), { before = ("SHIM_CLOCK=%s LD_PRELOAD=%s"):format(path, shim) })
      assert.equal("timeout\tin time\ttrue", said)
    end
    write(scratch .. "/2046", tostring(20 * 366 * 86400))
    local said = child.run(script("good", ONE_CALL), {
      before = ("SHIM_CLOCK=%s LD_PRELOAD=%s"):format(scratch .. "/2046", shim) })
    assert.truthy(said:find("^certificate false"), said)
    came("timeout in time", said)
  end)

  fault(111, "killed between the purchase and its response", function (came)
    local journal = scratch .. "/journal"
    server:script("good", { requests = { { "process", "hang" } } })
    local finish = child.start(script("good", [[
      numbers.buy{ phone_number = "%s", on_intent = function (intent)
        local file = assert(io.open("%s", "w"))
        intent.pid = io.open("/proc/self/stat"):read("*n")
        file:write(require("cjson").encode(intent))
        file:close()
      end }]], NUMBER, journal))
    while server:truth("good").purchases[NUMBER] ~= 1 do core.sleep(0.02) end
    local intent = cjson.decode(assert(io.open(journal)):read("*a"))
    os.execute(("kill -9 %d"):format(intent.pid))
    local _, status = finish()
    assert.equal(137, status)
    intent.pid = nil
    local outcome, record = real("good").reconcile(intent)
    assert.equal("bought", outcome)
    assert.equal(NUMBER, record.phone_number)
    assert.equal(1, server:truth("good").purchases[NUMBER])
    came("reconcile: bought " .. record.sid)
  end)

  fault(112, "proxies: refusing, asking for a password, failing, hanging, talking nonsense", function (came)
    local proxy = server:url("proxy")
    local function through (steps, kinds, url)
      server:reset()
      server:script("proxy", { every_request = steps })
      local numbers = real("good", { proxy = url or proxy, timeout = 0.3, connect_timeout = 0.3 })
      local value, err = numbers.buy{ phone_number = NUMBER }
      came(fails({ attempts = 4, sent = false }, value, err))
      assert.truthy(kinds:find(err.kind, 1, true), tostring(err))
      assert.equal(0, server:truth("proxy").authorization)
      assert.equal(0, server:truth("good").requests)
      assert.is_nil(tostring(err):find("hush", 1, true))
      client:close()
    end
    through({}, "proxy", server:url("closed"):gsub("https", "http"))
    through({ { reply = { status = 407, headers = { ["Proxy-Authenticate"] = 'Basic realm="x"' } } } }, "proxy",
      (proxy:gsub("//", "//user:hush@")))
    through({ { reply = { status = 502 } } }, "proxy")
    through({ "hang" }, "timeout proxy")
    through({ "close" }, "proxy")
    through({ { send = "HTTP/1.1 200 Fine\r\n\r\ngarbage garbage" }, "close" }, "tls proxy")
    -- And one that does its work; a purchase through it.
    server:reset()
    assert(real("good", { proxy = proxy }).buy{ phone_number = NUMBER })
    assert.equal("CONNECT", server:truth("proxy").last[1].method)
    assert.equal(0, server:truth("proxy").authorization)
  end)

  fault(112, "HTTPS_PROXY, ALL_PROXY and NO_PROXY of the environment", function (came)
    local closed = server:url("closed"):gsub("https", "http")
    for _, before in ipairs{ "HTTPS_PROXY=" .. closed, "https_proxy=" .. closed, "ALL_PROXY=" .. closed,
        "ALL_PROXY=socks5h://127.0.0.1:" .. server.ports.closed } do
      local said = child.run(script("good", ONE_CALL), { before = "NO_PROXY= " .. before })
      assert.truthy(said:find("^proxy false"), said)
      came(said)
    end
    local said = child.run(script("good", ONE_CALL), { before = "NO_PROXY=127.0.0.1 HTTPS_PROXY=" .. closed })
    assert.equal("answered", said)
    came(said)
  end)

  fault(113, "~/.netrc, ~/.curlrc, SSLKEYLOGFILE", function (came)
    write(scratch .. "/.netrc", "machine 127.0.0.1 login evil password evil\ndefault login evil password evil\n")
    write(scratch .. "/.curlrc", "insecure\nuser = evil:evil\nproxy = http://127.0.0.1:1\n")
    local before = "HOME=" .. scratch .. " CURL_HOME=" .. scratch
    assert.equal("answered", (child.run(script("good", ONE_CALL), { before = before })))
    local scan = require "spec.support.scan"
    assert.equal("Basic " .. scan.base64(catalogue.ACCOUNT .. ":" .. catalogue.SECRET),
      server:truth("good").last[1].headers.authorization)
    local said = child.run(script("self_signed", ONE_CALL), { before = before })
    assert.truthy(said:find("^certificate false"), said)
    assert.truthy(io.open("SECURITY.md"):read("*a"):find("SSLKEYLOGFILE", 1, true))
    came("ignored, ignored, documented")
  end)

  fault(114, "no HOME, nothing to write to, no certificates of the system's", function (came)
    local bare = ("cd /proc && env -i PATH='%s' LUA_PATH='%s' LUA_CPATH='%s' TMPDIR=/nowhere"):format(os.getenv("PATH"),
      os.getenv("LUA_PATH") or ";;", os.getenv("LUA_CPATH") or ";;")
    local said = child.run(script("good", ONE_CALL), { before = bare })
    assert.equal("answered", said)
    came(said)
    local made = require("twilio").new{ account_sid = catalogue.ACCOUNT, auth_token = catalogue.SECRET,
      api_url = server:url("good"), ca_path = "/nowhere", proxy = "" }
    local value, err = made.numbers.list_incoming{}
    made:close()
    assert.is_true(err.kind == "config" or err.kind == "certificate", tostring(err))
    came(fails({ attempts = 1, sent = false }, value, err))
  end)
end)
