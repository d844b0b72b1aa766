-- A phone number's whole life: searched, bought, configured, listed, released; and a caller ID, verified.
--   make demo                         against a Twilio on this machine, for nothing
--   lua5.4 examples/lifecycle.lua     against the account in the environment: it spends money at the real Twilio
-- Settings: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN; VERIFY_PHONE, a phone at hand that may be rung (left out otherwise).

local core = require "twilio.core"
local numbers = require("twilio").numbers

local function say (...)
  print(string.format(...))
  io.stdout:flush()
end

local step = 0
local function heading (text, call) -- a step, and the call that takes it
  step = step + 1
  say("\n%d. %s\n   numbers.%s", step, text, call)
end

-- The value and what is known about its exchange; a failure ends the story with its reason.
local function must (value, about)
  if value == nil then
    io.stderr:write("\n   ", tostring(about), "\n")
    os.exit(1)
  end
  return value, about
end

local function how (about)
  return string.format("status %d, %d ms%s", about.status, math.floor(about.elapsed * 1000 + 0.5),
    about.attempts > 1 and ", " .. about.attempts .. " attempts" or "")
end

heading("Search: local numbers in area code 415 that take calls and messages",
  "search_local{ country_code = \"US\", area_code = 415, … }")
local found, about = must(numbers.search_local{
  country_code = "US", area_code = 415, voice_enabled = true, sms_enabled = true, page_size = 5,
})
local choice = found.available_phone_numbers[1]
for _, number in ipairs(found.available_phone_numbers) do
  say("   %s  %s, %s", number.phone_number, number.locality, number.region)
end
say("   (%s)", how(about))
if not choice then
  io.stderr:write("   none is left there\n")
  os.exit(1)
end

heading("Buy: " .. choice.phone_number, "buy{ phone_number = …, friendly_name = \"Front desk\" }")
local bought
bought, about = must(numbers.buy{ phone_number = choice.phone_number, friendly_name = "Front desk" })
say("   ours, as %s (%s)", bought.sid, how(about))

heading("Configure: where calls and messages go", "update_incoming{ sid = …, voice_url = …, sms_url = … }")
local configured
configured, about = must(numbers.update_incoming{
  sid = bought.sid,
  friendly_name = "Front desk & café",
  voice_url = "https://example.com/voice?desk=1",
  sms_url = "https://example.com/sms",
  sms_method = "POST",
})
say("   %s", configured.friendly_name)
say("   calls     %s %s", configured.voice_method, configured.voice_url)
say("   messages  %s %s", configured.sms_method, configured.sms_url)
say("   (%s)", how(about))

heading("List: every number that we own", "each_incoming{}")
local count = 0
for number in numbers.each_incoming{} do
  count = count + 1
  if number.sid == bought.sid then say("   %s  %s", number.phone_number, number.friendly_name) end
end
say("   (%d in all)", count)

heading("Release: " .. bought.phone_number, "release{ sid = … }")
about = select(2, must(numbers.release{ sid = bought.sid }))
local gone, err = numbers.get_incoming{ sid = bought.sid }
if gone or err.kind ~= "not_found" then must(nil, err or "it is still there") end
say("   gone: asking for it again answers %d (%s)", err.status, how(about))

local phone = os.getenv("VERIFY_PHONE")
if phone then
  heading("Verify: " .. phone .. " as a caller ID", "add_outgoing{ phone_number = …, friendly_name = … }")
  local call = must(numbers.add_outgoing{ phone_number = phone, friendly_name = "My own phone" })
  say("   the phone rings; its owner keys in %s", call.validation_code)
  local caller_id
  local started = core.now()
  repeat
    core.sleep(0.5)
    caller_id = must(numbers.list_outgoing{ phone_number = phone }).outgoing_caller_ids[1]
  until caller_id or core.now() > started + 120
  if not caller_id then must(nil, "nobody keyed it in within two minutes") end
  say("   verified after %.1f s, as %s", core.now() - started, caller_id.sid)
  must(numbers.remove_outgoing{ sid = caller_id.sid })
  say("   and removed again")
end

say("\nDone. Nothing of it is left in the account.")
