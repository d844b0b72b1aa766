-- Say where Twilio turns to when a number is called or gets a message.
--   lua5.4 examples/change_webhooks.lua NUMBER URL
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local numbers = require("twilio").numbers

local phone_number = arg[1] or error("which number?", 0)
local url = arg[2] or error("which URL?", 0)

local page = assert(numbers.list_incoming{ phone_number = phone_number })
local ours = page.incoming_phone_numbers[1] or error(phone_number .. " is not ours", 0)

-- Only what is named changes. A "" would clear a field.
local number = assert(numbers.update_incoming{
  sid = ours.sid,
  voice_url = url .. "/voice",
  voice_method = "POST",
  sms_url = url .. "/sms",
  sms_method = "POST",
})
print(number.phone_number, "calls go to", number.voice_url)
print(number.phone_number, "messages go to", number.sms_url)
