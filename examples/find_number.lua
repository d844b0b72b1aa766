-- Find a number to buy: local numbers of a country, perhaps of an area code.
--   lua5.4 examples/find_number.lua [COUNTRY [AREA_CODE]]
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local numbers = require("twilio").numbers

local page, err = numbers.search_local{
  country_code = arg[1] or "US",
  area_code = arg[2],
  voice_enabled = true,
  page_size = 10,
}
if not page then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end

for _, number in ipairs(page.available_phone_numbers) do
  print(number.phone_number, number.locality or "-", number.region or "-")
end
print(#page.available_phone_numbers .. " numbers can be bought")
