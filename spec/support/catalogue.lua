-- What the specs of spec/faults share: a client on a world of table literals with a clock of its own, or on libcurl
-- with real sockets and no time lost in sleeping; what must hold for every failure; and the ledger of what came back,
-- which `make faults` prints.
--
--   local fault = catalogue.faults(it)
--   fault(55, "500 once, then 200", function (came) … came(value or err) end)

local assert = require "luassert"
local scan = require "spec.support.scan"
local twilio = require "twilio"

local catalogue = {
  ACCOUNT = "AC" .. ("a"):rep(32),
  SECRET = "needle/In+a=Haystack&7",
  PN = "PN" .. ("b"):rep(32),
  NUMBER = "+14155550100",
}

-- A line of the ledger: an error in its kind and its counts, anything else as it is said, without a request's path.
local function said (what)
  if type(what) ~= "table" then return (tostring(what):gsub("%c+", " "):gsub(" %(%u+ /2010[^)]*%)", "")) end
  return ("%s, %s, attempts %d%s"):format(what.kind, what.sent and "sent" or "not sent", what.attempts,
    what.maybe_applied and ", maybe applied" or "")
end

-- Tests of the catalogue: named "fault N: what was done". What came back is told to came(...), and goes to the ledger.
function catalogue.faults (it)
  return function (row, what, test)
    it(("fault %d: %s"):format(row, what), function ()
      local lines, seen = {}, {}
      test(function (...)
        for i = 1, select("#", ...) do
          local line = said((select(i, ...)))
          if not seen[line] then lines[#lines + 1] = line end
          seen[line] = true
        end
      end)
      local ledger = os.getenv("FAULTS_LEDGER")
      if ledger then
        local file = assert(io.open(ledger, "a"))
        file:write(row, "\t", what, "\t", table.concat(lines, "; "), "\n")
        file:close()
      end
    end)
  end
end

-- A response as a transport gives it.
function catalogue.response (status, body, headers)
  headers = headers or { ["content-type"] = "application/json" }
  return { status = status, headers = headers, body = body or "", sent = 1 }
end

-- The record of a number, as JSON.
function catalogue.record (sid, number, more)
  return ('{"sid":"%s","account_sid":"%s","phone_number":"%s"%s}'):format(sid, catalogue.ACCOUNT, number, more or "")
end

-- A transport that answers from a list: responses, failures (with a kind) or functions of the request. The last one
-- answers for good. Sleeping moves its clock and is written down in `slept`.
function catalogue.world (answers)
  local world = { clock = 1000, slept = {}, requests = {} }
  function world.send (self, request)
    self.requests[#self.requests + 1] = request
    local answer = answers[math.min(#self.requests, #answers)]
    if type(answer) == "function" then answer = answer(request, self) end
    if answer.kind then return nil, answer end
    return answer
  end
  function world.sleep (self, seconds)
    self.slept[#self.slept + 1] = seconds
    self.clock = self.clock + seconds
  end
  function world.now (self) return self.clock end
  function world.close () end
  return world
end

local function settings (given)
  local all = { account_sid = catalogue.ACCOUNT, auth_token = catalogue.SECRET }
  for name, value in pairs(given) do all[name] = value end
  return all
end

-- A client on a world. Other settings may be given.
function catalogue.client (world, more)
  local all = settings(more or {})
  all.transport = world
  return twilio.new(all)
end

-- A client on libcurl, for the fault server's listener `at`. Its sleeps take no time (`pace`: the part of them that
-- really passes), they move its clock on; `client_clock.slept` has them. Other settings may be given.
function catalogue.real (server, at, more, pace)
  local all = settings{ api_url = server:url(at), ca_file = server.ca, proxy = "" }
  for name, value in pairs(more or {}) do all[name] = value end
  local inner, err = require("twilio.transport.curl").new{ ca_file = all.ca_file, proxy = all.proxy,
    connect_timeout = all.connect_timeout }
  assert.is_table(inner, tostring(err))
  pace = pace or 0
  local clock = { skipped = 0, slept = {} }
  all.transport = {
    send = function (_, request) return inner:send(request) end,
    now = function () return inner:now() + clock.skipped end,
    close = function () return inner:close() end,
    sleep = function (_, seconds)
      clock.slept[#clock.slept + 1] = seconds
      if pace > 0 then inner:sleep(seconds * pace) end
      clock.skipped = clock.skipped + seconds * (1 - pace)
    end,
  }
  all.ca_file, all.proxy, all.connect_timeout = nil, nil, nil
  local client = assert(twilio.new(all))
  return { numbers = client.numbers, close = function ()
    client:close()
    inner:close()
  end }, clock
end

-- What must hold for every failure: no value, the kind and counts expected, and no secret to be seen anywhere.
function catalogue.fails (want, value, err)
  assert.is_true(value == nil, "it succeeded")   -- not is_nil, which would print all of a value
  assert.equal("table", type(err))
  for field, expected in pairs(want) do
    assert.equal(expected, err[field], "err." .. field .. " of " .. tostring(err))
  end
  catalogue.hushed(err)
  return err
end

function catalogue.hushed (value)
  assert.is_nil(scan.find(value, catalogue.SECRET))
  assert.is_nil(scan.find(debug.traceback(tostring(value)), catalogue.SECRET))
end

-- What a function raises, which must blame the file that called.
function catalogue.raises (pattern, file, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok, "nothing was raised")
  assert.equal("string", type(message))
  assert.truthy(message:find(file, 1, true), message .. " blames somebody else")
  assert.truthy(message:find(pattern), message .. " does not say " .. pattern)
  catalogue.hushed(message)
  return message
end

return catalogue
