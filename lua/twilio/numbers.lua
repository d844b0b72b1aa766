-- The functions on the environment's account (TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and
-- TWILIO_API_SECRET; see config.lua). The session is opened at the first call; where the environment does not allow
-- one, that call answers nil, err of kind config.

local open = require "twilio.open"
local operations = require "twilio.operations"

local session

return operations.bind(function ()
  if session then return session end
  local err
  session, err = open{}
  return session, err
end)
