-- The session on the environment's account, opened when it is first asked for; or nil, err of kind config.

local open = require "twilio.open"

local session

return function ()
  if session then return session end
  local err
  session, err = open{}
  return session, err
end
