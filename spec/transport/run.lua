-- Sends requests over one transport, one after the other, and tells what came back: in a spec's own process, and in
-- whatever else a transport needs around it (an nginx, an event loop).
--
--   run(new, settings, origin, requests) → { { response = …, failure = …, elapsed = seconds }, … }
--
-- `new(settings)` makes the transport; a request is as ARCHITECTURE.md says, but names a `path` at the `origin`, and
-- may say `pause` (seconds to sleep before it), `close` (close the transport before it) and `forget` (close the
-- account before it).

local core = require "twilio.core"

local SID = "AC" .. ("a1"):rep(16)

return function (new, settings, origin, requests)
  local transport, failure = new(settings)
  if not transport then return { { failure = failure, elapsed = 0 } } end
  local account = assert(core.account{ account_sid = SID, user = SID, secret = "of-the-contract", api_url = origin })
  local results = {}
  for i, given in ipairs(requests) do
    local request = { method = "GET", headers = {}, timeout = 5, account = account }
    for name, value in pairs(given) do request[name] = value end
    request.url = origin .. given.path
    if given.pause then transport:sleep(given.pause) end
    if given.close then transport:close() end
    if given.forget then account:close() end
    local started, result = transport:now(), {}
    result.response, result.failure = transport:send(request)
    result.elapsed = transport:now() - started
    results[i] = result
  end
  transport:close()
  return results
end
