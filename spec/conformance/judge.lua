-- Prism holding Twilio's description, as a mock or as a proxy before a server; a transport notes what it finds.
--
--   local judge = require("spec.conformance.judge").start()          a mock, which answers from the description
--   local judge = require("spec.conformance.judge").start(upstream)  a proxy before the server at this URL
--   judge.url   judge:transport()   judge.seen → { { operation, url, body, status, violations } … }   judge:stop()
--
-- `make conformance` runs these specs: it installs Prism and mends the description (overlay.js), whose path is in
-- CONFORMANCE_DESCRIPTION. Without it `judge.description()` is nil.

local cjson = require "cjson"
local curl = require "twilio.transport.curl"
local system = require "spec.support.system"

local read, shell = system.read, system.shell

local Judge = {}
Judge.__index = Judge

local path = os.getenv("CONFORMANCE_DESCRIPTION")

--- The operations of the description: operation id → { query = { name = required }, form = …, path = … }.
local function description ()
  if not path then return nil end
  local operations = {}
  for _, item in pairs(cjson.decode(read(path)).paths) do
    for _, operation in pairs(item) do
      if type(operation) == "table" and operation.operationId then
        local places = { query = {}, path = {}, form = {} }
        for _, parameter in ipairs(operation.parameters or {}) do
          places[parameter["in"]][parameter.name] = parameter.required or false
        end
        local body = operation.requestBody and operation.requestBody.content["application/x-www-form-urlencoded"]
        for name in pairs(body and body.schema.properties or {}) do places.form[name] = false end
        for _, name in ipairs(body and body.schema.required or {}) do places.form[name] = true end
        operations[operation.operationId] = places
      end
    end
  end
  return operations
end

local function start (upstream)
  local self = setmetatable({ directory = shell "mktemp -d", seen = {} }, Judge)
  local command = upstream and "proxy" or "mock --errors"
  self.pid = shell(("exec node_modules/.bin/prism %s -h 127.0.0.1 -p 0 %s %s >%s/log 2>&1 </dev/null & echo $!")
    :format(command, path, upstream or "", self.directory))
  shell(("while kill -0 %s 2>/dev/null && ! grep -q 'listening on' %s/log; do sleep 0.05; done")
    :format(self.pid, self.directory))
  local log = read(self.directory .. "/log")
  self.url = assert(log:match("listening on (http://127%.0%.0%.1:%d+)"), log)
  self.carrier = assert(curl.new{ proxy = "" })
  return self
end

-- Prism says what it found in a header; a mock that does not answer because of it says it in the body, too.
local function violations (response)
  local found = response.headers["sl-violations"]
  if found then return cjson.decode(found) end
  if response.status == 422 then return cjson.decode(response.body).validation end
  return {}
end

--- A transport that does what libcurl's does, and notes what Prism found in each exchange.
function Judge:transport ()
  local carrier = self.carrier
  local transport = {}
  function transport.send (_, request)
    local response, failure = carrier:send(request)
    self.seen[#self.seen + 1] = { operation = request.operation, url = request.url, body = request.body,
      status = response and response.status, violations = response and violations(response) or { failure } }
    return response, failure
  end
  function transport.sleep (_, seconds) return carrier:sleep(seconds) end
  function transport.now () return carrier:now() end
  function transport.close () end
  return transport
end

function Judge:stop ()
  self.carrier:close()
  shell(("kill %s; while kill -0 %s 2>/dev/null; do sleep 0.02; done; rm -rf %s")
    :format(self.pid, self.pid, self.directory))
end

return { start = start, description = description }
