-- What every transport does, as one list of tests. A transport's spec hands over how to run requests over it:
--
--   contract("curl", function (server)     -- the fault server: its certificates may be needed to start
--     return function (settings, origin, requests) … spec/transport/run.lua … end, function () … stop … end
--   end, { proxy = "why it has none" })       -- what it lacks, if anything

local assert = require "luassert"
local busted = require "busted"   -- its globals are for spec files alone
local faults = require "spec.support.faults"

-- What the parts of the contract use.
local function harness (t)
  -- Runs requests (or one) at a listener; each says its path at least. The fault server's own CA is trusted.
  function t.send (at, requests, settings)
    local all = { ca_file = t.server.ca, proxy = "", connect_timeout = 2 }
    for key, value in pairs(settings or {}) do all[key] = value end
    return t.perform(all, t.server:url(at, t.host), requests.path and { requests } or requests)
  end

  -- One request, which the listener answers with these steps.
  function t.answered (steps, request, at)
    at = at or "good"
    t.server:script(at, { requests = { steps } })
    return t.send(at, request or { path = "/x.json" })[1]
  end

  function t.succeeds (result)
    assert.is_nil(result.failure and result.failure.kind .. ": " .. result.failure.message)
    return result.response
  end

  -- `kind` may be several; `sent` or `transient` nil: sent somehow; either.
  function t.fails (result, kind, sent, transient)
    local failure = result.failure
    assert.is_nil(result.response)
    assert.is_string(failure.message)
    local kinds = type(kind) == "table" and kind or { kind }
    if failure.kind ~= kinds[2] then assert.equal(kinds[1], failure.kind, failure.message) end
    if transient ~= nil then assert.equal(transient, failure.transient) end
    if sent then assert.equal(sent, failure.sent) else assert.is_true(failure.sent >= 1) end
  end

  return t
end

return function (name, start, lacks)
  busted.describe(name .. ":", function ()
    -- The host is a name: nginx holds no certificate against an address.
    local t = harness{ host = "localhost", lacks = lacks or {} }
    local stop

    busted.setup(function ()
      t.server = faults.start()
      t.perform, stop = start(t.server)
    end)
    busted.teardown(function ()
      if stop then stop() end
      t.server:stop()
    end)
    busted.before_each(function () t.server:reset() end)

    require "spec.transport.exchanges"(t)
    require "spec.transport.failures"(t)
  end)
end
