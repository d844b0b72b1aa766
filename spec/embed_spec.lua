local native = require "spec.support.native"
local sandboxes = require "spec.support.sandbox"

-- What a command prints, errors included, and its exit status.
local function run (command)
  local pipe = assert(io.popen("{ " .. command .. "; } 2>&1; s=$?; echo; echo $s"))
  local text = pipe:read("*a")
  pipe:close()
  local said, status = text:match("^(.-)%s*(%d+)%s*$")
  return said, tonumber(status)
end

describe("a C program with the library linked in", function ()
  local server

  lazy_setup(function ()
    local said, status = run("flock build make -s -C examples/embed") -- another Lua may be at it too
    assert(status == 0, said)
    server = sandboxes.start()
    server:reset{ numbers = 3 }
  end)

  lazy_teardown(function () if server then server:stop() end end)

  -- Without a path to any Lua file or shared object of ours.
  local function host (threads, token)
    return run(("env -u LUA_PATH -u LUA_CPATH TWILIO_ACCOUNT_SID=%s TWILIO_AUTH_TOKEN=%s TWILIO_API_URL=%s "
      .. "build/embed/host %d"):format(server.account_sid, token, server.url, threads))
  end

  it("calls from C and from Lua, in eight states of eight threads", function ()
    local said, status = host(8, server.auth_token)
    assert.equal(0, status, said)
    for thread = 1, 8 do
      assert.matches(("thread %d: %%+1415%%d+ is for sale, 3 numbers are ours"):format(thread), said)
    end
  end)

  it("gets the library's errors", function ()
    local said, status = host(1, "wrong")
    assert.equal(1, status)
    assert.matches("^thread 1: failed: auth: ", said)
  end)

  it("is all that there is: Lua and ours are no shared objects", function ()
    assert.is_nil(run("ldd build/embed/host"):find("lua"))
  end)

  it("has three names from the archive", function ()
    local names = run("nm --defined-only build/5.4/libtwilio.a | sed -n 's/.* [A-Z] //p' | sort | xargs echo")
    assert.equal("luaopen_twilio_core luaopen_twilio_curl twilio_preload", names)
  end)
end)

describe("twilio_preload", function ()
  it("says what it misses in a state without the package library", function ()
    assert.equal("twilio_preload: open the package library first", native.load("preload").bare())
  end)
end)
