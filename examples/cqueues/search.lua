-- Look for a number in several area codes at the same time, on the event loop of cqueues.
-- To be run from the top of the checkout, from where it requires its transport:
--   lua5.4 examples/cqueues/search.lua 415 212 305
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local cqueues = require "cqueues"
local twilio = require "twilio"

local transport = require("examples.cqueues.transport").new{ ca_file = os.getenv "TWILIO_CA_FILE" }
local client = assert(twilio.new{ transport = transport })

local loop = cqueues.new()
for _, area_code in ipairs(arg) do
  loop:wrap(function ()
    local page, err = client.numbers.search_local{ country_code = "US", area_code = area_code, page_size = 1 }
    if page then
      local number = page.available_phone_numbers[1]
      print(area_code, number and number.phone_number or "none")
    else
      print(area_code, err)
    end
  end)
end
assert(loop:loop())

client:close()
transport:close()
