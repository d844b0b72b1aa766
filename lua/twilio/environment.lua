-- The session on the environment's account, opened when it is first asked for; or nil, err of kind config. A child that
-- was forked behind it has one of its own: all that a session is made of here, the child has too.

local open = require "twilio.open"

local session

return function ()
  local transport = session and session.transport
  if transport and not (transport.forked and transport:forked()) then return session end
  local err
  session, err = open{}
  return session, err
end
