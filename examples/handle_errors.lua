-- What a failure looks like, and what to do about each kind. Nothing here costs money.
--   lua5.4 examples/handle_errors.lua
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local numbers = require("twilio").numbers

local function show (title, value, err)
  print(title)
  if value then
    print("  it worked")
  elseif err.kind == "invalid" then
    print("  the value of " .. err.parameter .. " is wrong; nothing was sent: " .. err.message)
  elseif err.kind == "not_found" then
    print("  there is no such thing (status " .. err.status .. ")")
  elseif err.kind == "auth" then
    print("  the credentials are wrong, or may not do this")
  elseif err.maybe_applied then
    print("  it may have happened: look before you repeat it")
  elseif err.retryable then
    print("  it did not happen; later it may: " .. tostring(err))
  else
    print("  " .. tostring(err))
  end
end

-- The world's failures, and a value that somebody typed wrong, are answered: nil, err.
show("A number that is no number:", numbers.buy{ phone_number = "call me" })
show("A number that nobody owns:", numbers.get_incoming{ sid = "PN" .. ("0"):rep(32) })

-- A mistake in the code raises, at the line that made it.
local ok, message, failure = pcall(function () return numbers.list_incoming{ fiendly_name = "Front desk" } end)
print("A misspelt parameter:")
print("  " .. tostring(ok and failure or message))  -- without an account there is that failure first
