-- Change every number of the account, sixteen at a time: the walk goes on while the changes are under way.
--   lua5.4 examples/update_all_numbers.lua URL
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local twilio = require "twilio"
local numbers = twilio.numbers

local url = arg[1] or error("which URL?", 0)

local tasks = assert(twilio.tasks{ concurrency = 16 })
for number in numbers.each_incoming{} do
  tasks:add(numbers.update_incoming, { sid = number.sid, status_callback = url })
end

local changed = 0
for _, result in ipairs(tasks:wait()) do
  local number, err = result[1], result[2]
  if number then changed = changed + 1 else print("not changed:", err) end
end
print(changed .. " numbers changed")
