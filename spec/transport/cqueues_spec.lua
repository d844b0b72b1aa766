-- The example for cqueues keeps the contract. Its packages are there for Lua 5.4 alone.

local found, cqueues = pcall(require, "cqueues")
local luaossl = found and pcall(require, "openssl.ssl.context")
if _VERSION ~= "Lua 5.4" or not luaossl then
  return pending "the contract over cqueues needs Lua 5.4 with cqueues and luaossl"
end

local contract = require "spec.transport.contract"
local run = require "spec.transport.run"
local transport = require "examples.cqueues.transport"

contract("cqueues", function ()
  return function (settings, origin, requests)
    local loop, results = cqueues.new(), nil
    loop:wrap(function () results = run(transport.new, settings, origin, requests) end)
    assert(loop:loop())
    return results
  end
end, { proxy = "the example has none" })
