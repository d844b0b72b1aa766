-- Walk all numbers of the account, however many there are: the iterator asks for pages as it needs them.
--   lua5.4 examples/walk_numbers.lua
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local numbers = require("twilio").numbers

local count = 0
for number in numbers.each_incoming{} do
  count = count + 1
  print(number.sid, number.phone_number, number.friendly_name)
end
print(count .. " numbers")
