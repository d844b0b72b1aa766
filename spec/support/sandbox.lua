-- The sandbox over HTTP for specs: starts it on free ports, asks it, stops it.
--
--   local server = require("spec.support.sandbox").start()
--   server.url  server.tls_url  server.ca_file  server.pid  server.account_sid  server.auth_token
--   server.api_key  server.api_secret
--   server:reset{ numbers = 3 }   server:faults{ rules = { { fault = "drop_after" } } }
--   server:state().charges
--   server:request("GET", "/IncomingPhoneNumbers.json", { … })   one exchange, with nothing of the client around it
--   server:stop()

local cjson = require "cjson"
local core = require "twilio.core"
local curl = require "twilio.curl"
local system = require "spec.support.system"

local read, shell = system.read, system.shell

local Server = {}
Server.__index = Server

local function start ()
  local self = setmetatable({ directory = shell "mktemp -d" }, Server)
  -- What a shell starts in the background ignores SIGINT, unless it is told otherwise.
  self.pid = shell(([[PORT=0 TLS_PORT=0 env --default-signal=INT lua/twilio/sandbox/serve %s/run >%s/out 2>%s/err \
    </dev/null & echo $!]]):gsub("%%s", self.directory))
  shell(("while kill -0 %s 2>/dev/null && ! grep -q api_secret %s/out; do sleep 0.02; done")
    :format(self.pid, self.directory))
  for name, value in read(self.directory .. "/out"):gmatch("([%w_]+)=(%S+)") do self[name] = value end
  assert(self.api_secret, read(self.directory .. "/err"))
  self.pool = assert(curl.pool{ proxy = "" })
  self.account = self:user(self.account_sid, self.auth_token)
  return self
end

--- An account userdata for requests of this server.
function Server:user (name, secret)
  return assert(core.account{ account_sid = self.account_sid, user = name, secret = secret, api_url = self.url })
end

local function perform (self, method, url, options)
  return self.pool:perform{ method = method, url = url, headers = options.headers or {}, body = options.body,
    account = options.account or self.account, timeout = options.timeout or 10, fresh = options.fresh }
end

--- One request under the account's path: the response, or nil and the failure. Options: body, account, account_sid,
--- timeout, fresh.
function Server:request (method, path, options)
  options = options or {}
  local sid = options.account_sid or self.account_sid
  return perform(self, method, self.url .. "/2010-04-01/Accounts/" .. sid .. path, options)
end

--- One control call: the response's JSON and its status.
function Server:control (method, name, body)
  local response, failure = perform(self, method, self.url .. "/_sandbox/" .. name,
    { body = body and cjson.encode(body), fresh = true, timeout = 60 })
  if not response then error(failure.message, 2) end
  return cjson.decode(response.body), response.status
end

function Server:state () return (self:control("GET", "state")) end

local function command (name)
  return function (self, given)
    local answer, status = self:control("POST", name, given or {})
    assert(status == 200, answer.message)
  end
end

Server.reset = command "reset"
Server.faults = command "faults"

--- Stops it and waits until what it left is nothing. (Its process may stay as a zombie of whoever reaps orphans.)
--- It does not wait for ever.
function Server:stop ()
  self.pool:close()
  shell(("kill %s; for i in $(seq 500); do [ -e %s/run ] || break; sleep 0.02; done; rm -rf %s")
    :format(self.pid, self.directory, self.directory))
end

return { start = start }
