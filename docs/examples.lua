-- An example for each operation; docs/numbers.md shows them, and spec/docs_spec.lua runs each against the sandbox.
-- `numbers` is a client's; `number`, `found`, `caller_id`, `address`, `add_on` and `extension` are records that earlier
-- calls gave.

local examples = {}

examples.list_countries = [[
for country in numbers.each_countries() do print(country.country_code, country.country) end]]

examples.get_country = [[
local country = assert(numbers.get_country{ country_code = "GB" })
if country.subresource_uris.mobile then print(country.country .. " sells mobile numbers") end]]

examples.search_local = [[
local page = assert(numbers.search_local{ country_code = "US", area_code = 415, sms_enabled = true })
for _, found in ipairs(page.available_phone_numbers) do print(found.phone_number, found.locality) end

-- More than one answer holds: the search is split until there are 100, or no more.
for found in numbers.each_local{ country_code = "US", in_region = "CA", limit = 100 } do print(found.phone_number) end]]

examples.search_toll_free = [[
local search = require "twilio.search"
local page = assert(numbers.search_toll_free{ country_code = "US", contains = search.ends_with("00") })
for _, found in ipairs(page.available_phone_numbers) do print(found.friendly_name) end]]

examples.search_mobile = [[
for mobile in numbers.each_mobile{ country_code = "GB", limit = 5 } do print(mobile.phone_number) end]]

examples.search_national = [[
local page, err = numbers.search_national{ country_code = "US" }
if not page then print(err.kind) end --> not_found: the United States sell none]]

examples.search_voip = [[
local page, err = numbers.search_voip{ country_code = "US" }
print(page and #page.available_phone_numbers or err.kind)]]

examples.search_shared_cost = [[
local page, err = numbers.search_shared_cost{ country_code = "GB" }
print(page and #page.available_phone_numbers or err.kind)]]

examples.search_machine_to_machine = [[
local page, err = numbers.search_machine_to_machine{ country_code = "US" }
print(page and #page.available_phone_numbers or err.kind)]]

examples.buy = [[
local number, info = numbers.buy{ phone_number = found.phone_number, voice_url = "https://example.com/voice" }
if number then
  print(number.sid, info.already_owned and "was ours before" or "is ours now")
elseif info.kind == "not_available" then
  print("somebody else was faster")
elseif info.maybe_applied then
  print("not known yet", numbers.reconcile(info))
end]]

examples.buy_local = [[
local number = assert(numbers.buy_local{ phone_number = found.phone_number, friendly_name = "Front desk" })
print(number.friendly_name)]]

examples.buy_mobile = [[
local mobile = numbers.each_mobile{ country_code = "GB", limit = 1 }()
local number = assert(numbers.buy_mobile{ phone_number = mobile.phone_number, address_sid = address.sid })
print(number.phone_number)]]

examples.buy_toll_free = [[
local free = numbers.each_toll_free{ country_code = "US", limit = 1 }()
local number = assert(numbers.buy_toll_free{ phone_number = free.phone_number })
print(number.phone_number)]]

examples.list_incoming = [[
local page = assert(numbers.list_incoming{ page_size = 20 })
print(#page.incoming_phone_numbers, page.next_page_uri and "and more" or "and that is all")
for owned in numbers.each_incoming{ phone_number = "+1415*******" } do print(owned.phone_number, owned.voice_url) end]]

examples.list_incoming_local = [[
for owned in numbers.each_incoming_local() do print(owned.phone_number) end]]

examples.list_incoming_mobile = [[
for owned in numbers.each_incoming_mobile() do print(owned.phone_number) end]]

examples.list_incoming_toll_free = [[
for owned in numbers.each_incoming_toll_free() do print(owned.phone_number) end]]

examples.get_incoming = [[
local same = assert(numbers.get_incoming{ sid = number.sid })
print(same.capabilities.sms and "receives messages" or "does not receive messages")]]

examples.update_incoming = [[
assert(numbers.update_incoming{ sid = number.sid, sms_url = "https://example.com/sms", sms_method = "POST" })
assert(numbers.update_incoming{ sid = number.sid, sms_url = "" }) -- an empty text clears]]

examples.release = [[
local gone, info = assert(numbers.release{ sid = number.sid })
print(gone.removed, info.already_gone)]]

examples.list_add_ons = [[
for assigned in numbers.each_add_ons{ resource_sid = number.sid } do print(assigned.unique_name) end]]

examples.assign_add_on = [[
local assigned = assert(numbers.assign_add_on{
  resource_sid = number.sid, installed_add_on_sid = "XEcccccccccccccccccccccccccccccccc" })
print(assigned.sid)]]

examples.get_add_on = [[
local same = assert(numbers.get_add_on{ resource_sid = number.sid, sid = add_on.sid })
print(same.friendly_name, same.description)]]

examples.remove_add_on = [[
assert(numbers.remove_add_on{ resource_sid = number.sid, sid = add_on.sid })]]

examples.list_add_on_extensions = [[
for each in numbers.each_add_on_extensions{ resource_sid = number.sid, assigned_add_on_sid = add_on.sid } do
  print(each.product_name, each.enabled)
end]]

examples.get_add_on_extension = [[
local same = assert(numbers.get_add_on_extension{
  resource_sid = number.sid, assigned_add_on_sid = add_on.sid, sid = extension.sid })
print(same.friendly_name)]]

examples.add_outgoing = [[
local verification = assert(numbers.add_outgoing{ phone_number = "+14158675309", friendly_name = "My own phone" })
print("When it rings, key in " .. verification.validation_code)]]

examples.list_outgoing = [[
for caller in numbers.each_outgoing() do print(caller.phone_number, caller.friendly_name) end]]

examples.get_outgoing = [[
local same = assert(numbers.get_outgoing{ sid = caller_id.sid })
print(same.phone_number)]]

examples.update_outgoing = [[
local renamed = assert(numbers.update_outgoing{ sid = caller_id.sid, friendly_name = "Front desk" })
print(renamed.friendly_name)]]

examples.remove_outgoing = [[
assert(numbers.remove_outgoing{ sid = caller_id.sid })]]

examples.list_addresses = [[
for place in numbers.each_addresses{ iso_country = "GB" } do print(place.street, place.city) end]]

examples.create_address = [[
local created = assert(numbers.create_address{ customer_name = "Example Ltd", street = "1 High Street", city = "London",
  region = "London", postal_code = "SW1A 1AA", iso_country = "GB" })
print(created.sid)]]

examples.get_address = [[
local same = assert(numbers.get_address{ sid = address.sid })
print(same.customer_name, same.validated)]]

examples.update_address = [[
assert(numbers.update_address{ sid = address.sid, street_secondary = "Second floor" })]]

examples.delete_address = [[
local gone, err = numbers.delete_address{ sid = address.sid }
if not gone then print(err.message) end -- a number may still need it]]

examples.list_dependent_numbers = [[
for dependent in numbers.each_dependent_numbers{ address_sid = address.sid } do print(dependent.phone_number) end]]

return examples
