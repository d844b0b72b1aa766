-- Buy one number: this spends money. It is never bought twice, however often the network fails on the way.
--   lua5.4 examples/buy_number.lua NUMBER      (+14155550123)
--   lua5.4 examples/buy_number.lua AREA_CODE   (415: any number there)
-- The account comes from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.

local numbers = require("twilio").numbers

local what = arg[1] or error("which number, or which area code?", 0)
local order = { friendly_name = "Bought by an example" }
if what:find("^%+") then order.phone_number = what else order.area_code = what end

local number, about = numbers.buy(order)
if number then
  local verb = about.already_owned and "was ours already:" or "is ours now:"
  print(number.phone_number, verb, number.sid)
elseif about.kind == "ambiguous" then
  -- Neither yes nor no can be said. Do not buy another: look at the account, or ask again later.
  print("not known whether it was bought:", tostring(about))
  os.exit(2)
else
  print("not bought:", tostring(about))
  os.exit(1)
end
