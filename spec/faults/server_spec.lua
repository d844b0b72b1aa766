-- The fault server itself: what other specs rely on.

local child = require "spec.support.child"
local core = require "twilio.core"
local faults = require "spec.support.faults"

local function exists (path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

describe("the fault server", function ()
  it("ends and leaves nothing when it is stopped", function ()
    local server = faults.start()
    assert.is_true(exists(server.ca))
    server:stop()
    assert.is_false(exists(server.ca))
    assert.is_false(exists("/proc/" .. server.pid .. "/stat"))
  end)

  it("ends and leaves nothing when the process that started it is killed", function ()
    local said, status = child.run([[
      local server = require("spec.support.faults").start()
      io.write(server.pid, " ", server.ca, "\n")
      io.flush()
      os.execute("kill -9 " .. io.open("/proc/self/stat"):read("*n"))]])
    assert.equal(137, status)
    local pid, ca = said:match("(%d+) (%S+)")
    local patience = core.now() + 5
    while exists("/proc/" .. pid .. "/stat") and core.now() < patience do core.sleep(0.02) end
    assert.is_false(exists("/proc/" .. pid .. "/stat"))
    assert.is_false(exists(ca))
  end)

  it("raises a spec's mistake where the spec made it", function ()
    local server = faults.start()
    finally(function () server:stop() end)
    local ok, message = pcall(function () server:script("nowhere", {}) end)
    assert.is_false(ok)
    assert.truthy(message:find("server_spec.lua", 1, true), message)
  end)
end)
