-- The contract of transports, over libcurl: from plain Lua, and from inside a task.

local contract = require "spec.transport.contract"
local curl = require "twilio.transport.curl"
local run = require "spec.transport.run"
local tasks = require "twilio.tasks"

contract("curl", function ()
  return function (settings, origin, requests) return run(curl.new, settings, origin, requests) end
end)

contract("curl in a task", function ()
  return function (settings, origin, requests)
    local transport = curl.new(settings)
    local group = tasks.new(transport)
    group:add(run, function () return transport end, settings, origin, requests)
    return group:wait()[1][1]
  end
end)
