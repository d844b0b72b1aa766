-- Where the C stack is full, Lua cannot run a finalizer and frees the userdata all the same. A pool wrote into those of
-- its exchanges when it was closed: into freed memory, which only a sanitizer is sure to see (make asan).

local curl = require "twilio.curl"
local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"

describe("a pool whose exchange was freed without its finalizer", function ()
  it("is closed as any other", function ()
    local server = faults.start()
    finally(function () server:stop() end)
    server:script("plain", { every_request = { "hang" } })
    local request = requests.to(server:url("plain"), requests.account(server:url("plain")))()
    local pool = assert(curl.pool{ proxy = "" })
    local started = 0

    local function lose ()
      if pool:start(request) then started = started + 1 end
    end
    local function deeper (depth)   -- to Lua's limit of 200, at one of whose levels all but the finalizer still runs
      if depth > 150 then
        pcall(lose)
        pcall(collectgarbage)
      end
      if depth < 200 then string.gsub("x", "x", function () deeper(depth + 1) end) end
    end
    pcall(deeper, 1)
    collectgarbage()
    collectgarbage()
    assert.is_true(started > 0)
    pool:close()
    assert.equal("closed", select(2, pool:step(0)).kind)
  end)
end)
