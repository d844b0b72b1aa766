-- A finalizer that the collector ran in the middle of pool:start, and that emptied the request's table, let the strings
-- go whose bytes were to be sent. Only a sanitizer is sure to see it (make asan).

local curl = require "twilio.curl"
local faults = require "spec.support.faults"
local requests = require "spec.transport.requests"

local function finalized (f)
  local newproxy = rawget(_G, "newproxy")
  if newproxy then   -- 5.1 has no other way to a finalizer
    getmetatable(newproxy(true)).__gc = f
  else
    setmetatable({}, { __gc = f })
  end
end

describe("a request that a finalizer empties while it is started", function ()
  it("is read whole before, or refused", function ()
    local server = faults.start()
    local before = { collectgarbage("setpause", 1), collectgarbage("setstepmul", 1000) }
    pcall(collectgarbage, "incremental", 0, 0, 40)   -- from 5.4 on: a whole cycle in one step
    finally(function ()
      pcall(collectgarbage, "incremental", 0, 0, 13)
      collectgarbage("setpause", before[1])
      collectgarbage("setstepmul", before[2])
      server:stop()
    end)
    local url = server:url("plain")
    local pool = assert(curl.pool{ proxy = "" })
    for i = 1, 50 do
      collectgarbage()
      collectgarbage("stop")
      local request = requests.to(url, requests.account(url)){ method = "POST", body = ("b"):rep(4000) .. i,
                                                               url = url .. "/" .. ("x"):rep(300) .. i }
      finalized(function ()
        request.url, request.body, request.account = nil, nil, nil
        if not rawget(_G, "newproxy") then collectgarbage() end
      end)
      collectgarbage("restart")
      local fine, failed = pcall(pool.perform, pool, request)
      if not fine then assert.truthy(tostring(failed):find("request%.%l+: not a")) end
    end
    pool:close()
  end)
end)
