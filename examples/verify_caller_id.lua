-- Verify a phone that is not Twilio's, so that calls may show its number: Twilio rings it and wants to hear a code.
--   lua5.4 examples/verify_caller_id.lua NUMBER
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local core = require "twilio.core"
local numbers = require("twilio").numbers

local phone_number = arg[1] or error("which number?", 0)

local call, err = numbers.add_outgoing{ phone_number = phone_number, friendly_name = "My own phone" }
if not call then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end
print(phone_number .. " rings: key in " .. call.validation_code)
io.stdout:flush()

-- The caller ID exists once the code was keyed in. There is nothing to wait on but a list.
local deadline = core.now() + 120
repeat
  local page = assert(numbers.list_outgoing{ phone_number = phone_number })
  local caller_id = page.outgoing_caller_ids[1]
  if caller_id then
    print(caller_id.phone_number, "is verified:", caller_id.sid)
    os.exit(0)
  end
  core.sleep(1)
until core.now() > deadline

print(phone_number, "was not verified within two minutes")
os.exit(1)
