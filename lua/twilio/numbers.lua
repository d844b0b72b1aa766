-- The functions on the environment's account (TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and
-- TWILIO_API_SECRET). Where the environment does not allow a client, a call answers nil, err of kind config.

return require "twilio.operations".bind(require "twilio.environment")
