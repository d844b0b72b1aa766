-- What docs/numbers.md and the editor annotations say, in the project's own words; docs/generate.lua adds names, types
-- and limits from the operation rows. A text is one short sentence. spec/docs_spec.lua finds what lacks a text, and a
-- text that nothing uses.

local texts = {}

-- Each operation: what it `does`, the shape of the record or records that it `gives` (see `texts.shapes`; none for a
-- removal), Twilio's `page` about it, and the codes of the `errors` that are its own.
local function operation (does, gives, page, errors)
  return { does = does, gives = gives, page = "https://www.twilio.com/docs/" .. page, errors = errors or {} }
end

local INCOMING = "phone-numbers/api/incomingphonenumber-resource"
local AVAILABLE = "phone-numbers/api/availablephonenumber-resource"
local OUTGOING = "voice/api/outgoing-caller-ids"
local ADDRESS = "usage/api/address"

local search_errors = { 20422, 21401, 21451 }
local setting_errors = { 20002, 21402, 21403, 21405, 21406, 21407, 21409, 21420, 21502, 21628, 22102, 22221, 22222 }
local buying_errors = {
  21404, 21421, 21422, 21613, 21615, 21631, 21649, 21650, 21651, 22300,
}
local function both (some, more)
  local all = {}
  for _, code in ipairs(some) do all[#all + 1] = code end
  for _, code in ipairs(more) do all[#all + 1] = code end
  table.sort(all)
  return all
end
local typed_errors = both(both(buying_errors, setting_errors), { 21457, 21458 })

texts.operations = {
  list_countries = operation("Lists the countries in which numbers can be bought.", "country", AVAILABLE),
  get_country = operation("Tells which kinds of number one country sells.", "country", AVAILABLE),
  search_local = operation("Finds local numbers that can be bought, by place, digits and what they can do.",
    "available",
    "phone-numbers/api/availablephonenumberlocal-resource", search_errors),
  search_toll_free = operation("Finds numbers that cost the caller nothing.", "available",
    "phone-numbers/api/availablephonenumber-tollfree-resource", search_errors),
  search_mobile = operation("Finds mobile numbers that can be bought.", "available",
    "phone-numbers/api/availablephonenumber-mobile-resource", search_errors),
  search_national = operation("Finds numbers that belong to a whole country instead of one place.",
    "available", AVAILABLE,
    search_errors),
  search_voip = operation("Finds numbers of a country's range for calls over the internet.", "available", AVAILABLE,
    search_errors),
  search_shared_cost = operation("Finds numbers whose cost caller and called share.",
    "available", AVAILABLE, search_errors),
  search_machine_to_machine = operation("Finds numbers meant for devices that talk to each other.",
    "available", AVAILABLE,
    search_errors),

  list_incoming = operation("Lists the numbers that the account owns.", "number", INCOMING),
  list_incoming_local = operation("Lists the local numbers that the account owns.", "number", INCOMING),
  list_incoming_mobile = operation("Lists the mobile numbers that the account owns.", "number", INCOMING),
  list_incoming_toll_free = operation("Lists the toll-free numbers that the account owns.", "number", INCOMING),
  get_incoming = operation("Fetches one number of the account.", "number", INCOMING),
  buy = operation("Buys a number, chosen by itself or by area code, and may configure it in the same step.",
    "number", INCOMING,
    both(both(buying_errors, setting_errors), { 21451, 21452 })),
  buy_local = operation("Buys a number that must be a local one.", "number", INCOMING, typed_errors),
  buy_mobile = operation("Buys a number that must be a mobile one.", "number", INCOMING, typed_errors),
  buy_toll_free = operation("Buys a number that must be toll-free.", "number", INCOMING, typed_errors),
  update_incoming = operation("Changes what a number of the account does, or moves it to another account.",
    "number", INCOMING,
    both(setting_errors, { 21470, 21471, 21472, 21473, 21474, 21615, 21631, 21649, 21650, 21651 })),
  release = operation("Gives a number back; that ends its monthly cost and cannot be undone.",
    nil, INCOMING, { 20409, 21634 }),

  list_add_ons = operation("Lists the add-ons assigned to a number.", "add_on", INCOMING),
  assign_add_on = operation("Assigns an installed add-on to a number.", "add_on", INCOMING, { 20409, 20422, 20423 }),
  get_add_on = operation("Fetches one add-on of a number.", "add_on", INCOMING),
  remove_add_on = operation("Takes an add-on from a number; it stays installed in the account.", nil, INCOMING),
  list_add_on_extensions = operation("Lists where Twilio calls an assigned add-on.", "extension", INCOMING),
  get_add_on_extension = operation("Fetches one extension of an assigned add-on.", "extension", INCOMING),

  list_outgoing = operation("Lists the caller IDs that the account has verified.", "caller_id", OUTGOING),
  add_outgoing = operation(
    "Starts verifying a caller ID: Twilio rings the number and asks for the code that this call answers.",
    "verification", OUTGOING, { 20002, 21401, 21403, 21421, 21449, 21450, 21453, 21454, 21456 }),
  get_outgoing = operation("Fetches one verified caller ID.", "caller_id", OUTGOING),
  update_outgoing = operation("Renames a verified caller ID.", "caller_id", OUTGOING, { 20002 }),
  remove_outgoing = operation("Removes a verified caller ID; to use it again means to verify it again.", nil, OUTGOING),

  list_addresses = operation("Lists the account's addresses.", "address", ADDRESS),
  create_address = operation("Keeps a new address, which Twilio may check and correct.", "address", ADDRESS,
    { 20002, 21628, 21629, 22103 }),
  get_address = operation("Fetches one address.", "address", ADDRESS),
  update_address = operation("Changes an address; its country stays.",
    "address", ADDRESS, { 20002, 21628, 21629, 21630 }),
  delete_address = operation("Deletes an address that no number needs any more.", nil, ADDRESS, { 20409, 21630 }),
  list_dependent_numbers = operation("Lists the numbers that need an address.", "dependent", ADDRESS),
}

-- Parameters, by their Lua name. Where one means something else in one operation, that operation's name stands before.
texts.parameters = {
  account_sid = "The account to act on, a sub-account for example; the client's own where it is left out.",
  address_sid = "The address to give the number, where its country asks for one.",
  ["list_dependent_numbers.address_sid"] = "The address whose numbers are wanted.",
  area_code = "Three digits; numbers of the United States and Canada alone have one.",
  ["buy.area_code"] = "Buys some number of this area code that is for sale; leave it out where phone_number is given.",
  assigned_add_on_sid = "The assigned add-on.",
  auto_correct_address = "Whether Twilio may mend the address that is given; it does unless told not to.",
  beta = "Whether numbers new to Twilio are wanted too; they are unless told not to.",
  bundle_sid = "The regulatory bundle that proves the right to a number, where its country asks for one.",
  call_api_version = "The API version that calls to this number speak (ApiVersion at Twilio, as api_version is).",
  call_delay = "Seconds to wait before ringing.",
  city = "City.",
  contains = "Digits, or letters as on a dial, that the number must have; twilio.search writes such patterns.",
  country_code = "The country, as two letters.",
  customer_name = "Who lives or works there.",
  ["list_addresses.customer_name"] = "Only addresses of this customer.",
  distance = "How far from near_number or near_lat_long, in miles; 25 unless told otherwise.",
  emergency_address_sid = "The address that emergency services get to know.",
  emergency_enabled = "Whether numbers may use the address for emergency calls.",
  emergency_status = "Whether the number may call emergency services.",
  exclude_all_address_required = "Leaves out numbers that need an address of any kind.",
  exclude_foreign_address_required = "Leaves out numbers that need an address outside their country.",
  exclude_local_address_required = "Leaves out numbers that need an address within their country.",
  extension = "Digits to dial once somebody, or something, has picked up.",
  fax_enabled = "Whether the number must receive faxes.",
  friendly_name = "A name for people, at most 64 characters; Twilio formats the number where it is left out.",
  ["create_address.friendly_name"] = "A name for people: at most 64 characters, 32 for an emergency address.",
  ["update_address.friendly_name"] = "A new name for people: at most 64 characters, 32 for an emergency address.",
  identity_sid = "The identity that proves the right to a number, where its country asks for one.",
  in_lata = "Only numbers of this LATA, or of the one that a given number is in.",
  in_locality = "Only numbers of this city, or of the one that a given number is in.",
  in_postal_code = "Only numbers of this postal code, or of the one that a given number is in.",
  in_rate_center = "Only numbers of this rate center, or of the one that a given number is in; needs in_lata.",
  in_region = "Only numbers of this state or province, or of the one that a given number is in.",
  installed_add_on_sid = "The add-on, as it is installed in the account.",
  iso_country = "The country, as two letters.",
  mms_enabled = "Whether the number must receive pictures.",
  near_lat_long = "A point, as latitude and longitude with a comma between them, that numbers must be close to.",
  near_number = "A number that others must be close to.",
  origin = "Only numbers bought from Twilio, or only those that another carrier hosts.",
  page = "The page's index, which Twilio keeps for the caller and does not read; page_token is what turns the page.",
  page_size = "How many records a page has, 50 unless told otherwise.",
  page_token = "Where the page starts, from the URI of the page before.",
  phone_number = "The number, as +, country code and digits.",
  postal_code = "Postal code.",
  region = "State, province or region.",
  resource_sid = "The number that the add-on belongs to.",
  sid = "The record's SID.",
  sms_application_sid = "The application that answers messages; the SMS URLs count for nothing beside it.",
  sms_enabled = "Whether the number must receive messages.",
  sms_fallback_method = "How sms_fallback_url is requested; POST unless told otherwise.",
  sms_fallback_url = "What Twilio requests when sms_url fails or answers nonsense.",
  sms_method = "How sms_url is requested; POST unless told otherwise.",
  sms_url = "What Twilio requests when a message comes in.",
  status_callback = "What Twilio requests when a call to the number changes its state.",
  ["add_outgoing.status_callback"] = "What Twilio requests when the verification call has ended.",
  status_callback_method = "How status_callback is requested; POST unless told otherwise.",
  street = "House number and street.",
  street_secondary = "Apartment, floor or whatever else the street needs.",
  transfer_to = "Moves the number to this account, parent or sub-account (AccountSid at Twilio, as account_sid is).",
  trunk_sid =
    "The SIP trunk that takes the calls; a voice application ends where a trunk begins, and the other way round.",
  voice_application_sid = "The application that answers calls; the voice URLs count for nothing beside it.",
  voice_caller_id_lookup = "Whether Twilio looks the caller's name up, which costs money; it does not unless told to.",
  voice_enabled = "Whether the number must receive calls.",
  voice_fallback_method = "How voice_fallback_url is requested; POST unless told otherwise.",
  voice_fallback_url = "What Twilio requests when voice_url fails or answers nonsense.",
  voice_method = "How voice_url is requested; POST unless told otherwise.",
  voice_receive_mode = "Whether calls to the number are voices or faxes.",
  voice_url = "What Twilio requests when a call comes in.",
}
for name in ("list_incoming list_incoming_local list_incoming_mobile list_incoming_toll_free"):gmatch("%S+") do
  texts.parameters[name .. ".phone_number"] = "Only numbers with these digits; * stands for any one digit."
  texts.parameters[name .. ".friendly_name"] = "Only numbers with exactly this name."
end
for name in ("local toll_free mobile national voip shared_cost machine_to_machine"):gmatch("%S+") do
  texts.parameters["search_" .. name .. ".page_size"] = "How many numbers to ask for; Twilio may give thirty at most."
end
texts.parameters["list_outgoing.phone_number"] = "Only the caller ID with exactly this number."
texts.parameters["list_outgoing.friendly_name"] = "Only caller IDs with exactly this name."
texts.parameters["list_addresses.friendly_name"] = "Only addresses with exactly this name."
texts.parameters["list_addresses.iso_country"] = "Only addresses in this country."
texts.parameters["list_addresses.emergency_enabled"] =
  "Only addresses that may be used for emergency calls, or only those that may not."

-- What comes back: the fields of each kind of record, in the order in which a reader wants them. The type follows a
-- colon; it is string where none is given. A field that Twilio leaves null is absent.
texts.shapes = {
  number = [[sid phone_number friendly_name account_sid capabilities:capabilities status type origin beta:boolean
    voice_url voice_method voice_fallback_url voice_fallback_method voice_caller_id_lookup:boolean voice_receive_mode
    voice_application_sid trunk_sid sms_url sms_method sms_fallback_url sms_fallback_method sms_application_sid
    status_callback status_callback_method address_requirements address_sid bundle_sid identity_sid emergency_status
    emergency_address_sid emergency_address_status api_version date_created date_updated uri]],
  dependent = [[sid phone_number friendly_name account_sid capabilities:capabilities voice_url voice_method
    voice_fallback_url voice_fallback_method voice_caller_id_lookup:boolean voice_application_sid trunk_sid sms_url
    sms_method sms_fallback_url sms_fallback_method sms_application_sid status_callback status_callback_method
    address_requirements emergency_status emergency_address_sid api_version date_created date_updated uri]],
  available = [[phone_number friendly_name iso_country region locality postal_code rate_center lata latitude longitude
    capabilities:capabilities address_requirements beta:boolean]],
  country = "country_code country beta:boolean uri subresource_uris:table<string,string>",
  caller_id = "sid phone_number friendly_name account_sid date_created date_updated uri",
  verification = "validation_code phone_number friendly_name account_sid call_sid",
  address = [[sid customer_name street street_secondary city region postal_code iso_country friendly_name
    emergency_enabled:boolean validated:boolean verified:boolean account_sid date_created date_updated uri]],
  add_on = [[sid friendly_name unique_name description configuration:table resource_sid account_sid date_created
    date_updated uri subresource_uris:table<string,string>]],
  extension = [[sid friendly_name product_name unique_name enabled:boolean assigned_add_on_sid resource_sid account_sid
    uri]],
}
texts.titles = {
  number = "A number",
  dependent = "A number that needs an address",
  available = "A number for sale",
  country = "A country",
  caller_id = "A caller ID",
  verification = "A verification under way",
  address = "An address",
  add_on = "An assigned add-on",
  extension = "An add-on's extension",
}

-- Fields, by name. Where one means something else in one shape, the shape's name stands before it. A field that is also
-- a parameter and has no text here is described by the parameter's.
texts.fields = {
  account_sid = "The account that owns the record.",
  address_requirements = "What address the number needs: none, any, local or foreign.",
  address_sid = "The address that the number has been given.",
  api_version = "The API version that calls to this number speak.",
  assigned_add_on_sid = "The assigned add-on that the extension belongs to.",
  beta = "Whether the number is new to Twilio.",
  ["country.beta"] = "Whether all numbers of the country are new to Twilio.",
  call_sid = "The call that asks for the code.",
  capabilities = "What the number can do: voice, sms, mms and fax, each true or false.",
  configuration = "How the add-on is configured.",
  country = "The country's name.",
  date_created = "When the record was made, as an RFC 2822 date.",
  date_updated = "When the record was last changed, as an RFC 2822 date.",
  description = "What the add-on does.",
  emergency_address_status = "How far the registration of the emergency address has come.",
  enabled = "Whether Twilio calls this extension.",
  ["address.friendly_name"] = "The address's name for people.",
  ["add_on.friendly_name"] = "The add-on's name for people.",
  ["extension.friendly_name"] = "The extension's name for people.",
  friendly_name = "The number's name for people.",
  lata = "The local access and transport area of a North American number.",
  latitude = "Degrees north, as a decimal string; North American numbers have one.",
  locality = "The city.",
  longitude = "Degrees east, as a decimal string; North American numbers have one.",
  origin = "twilio, or hosted by another carrier.",
  product_name = "The Twilio product that calls the extension.",
  rate_center = "The rate center of a North American number.",
  status = "in-use once the number has been bought.",
  status_callback = "What Twilio requests when a call changes its state.",
  subresource_uris = "Paths of what hangs below the record, by name.",
  type = "local, mobile or toll-free.",
  unique_name = "A name that the record's maker chose, and that no other has.",
  uri = "The record's path.",
  validated = "Whether the address has been checked where the law asks for it.",
  validation_code = "Six digits to key in when the phone rings.",
  verified = "Whether the address has been proved where the law asks for it.",
}

-- Twilio's error codes, as far as these operations answer them.
texts.errors = {
  [20002] = "The friendly name is empty or too long.",
  [20003] = "The account or its secret is wrong, or may not do this.",
  [20005] = "The account is suspended or closed.",
  [20006] = "The account is not allowed to do this.",
  [20007] = "The page size is over 1000.",
  [20008] = "Test credentials can do no more than buy.",
  [20404] = "No such record, or the country does not sell this kind of number.",
  [20409] = "The record's present state does not allow it.",
  [20422] = "A parameter's value cannot be used.",
  [20423] = "A SID is malformed.",
  [20429] = "Too many requests at once; nothing was done, and the client has tried again.",
  [20500] = "Twilio failed.",
  [20503] = "Twilio is out of service for the moment.",
  [21401] = "Not a phone number that can be used here.",
  [21402] = "A URL is not a whole http or https URL.",
  [21403] = "A method is neither GET nor POST.",
  [21404] = "A trial account may not have this number.",
  [21405] = "voice_fallback_url without voice_url.",
  [21406] = "sms_fallback_url without sms_url.",
  [21407] = "The number cannot receive messages.",
  [21409] = "The number cannot look callers up.",
  [21420] = "The application is not one of the account's.",
  [21421] = "The number to buy is not a phone number.",
  [21422] = "The number is not for sale, or no longer.",
  [21449] = "The number is Twilio's already and needs no verification.",
  [21450] = "The account has verified this number before.",
  [21451] = "No North American area code.",
  [21452] = "The area code has no number left.",
  [21453] = "Another trial account has verified this number.",
  [21454] = "The delay is not within 0 to 60 seconds.",
  [21456] = "The callback is not a whole http or https URL.",
  [21457] = "An area code cannot be bought from here; search, then buy the number.",
  [21458] = "The number is of another kind than this function buys.",
  [21470] = "The account to move to is not an account SID.",
  [21471] = "The account to move to does not exist.",
  [21472] = "The account to move to is not active.",
  [21473] = "The account to move to is neither parent nor child of the owner.",
  [21474] = "Only the parent account may move numbers.",
  [21481] = "The page token is not one that Twilio gave.",
  [21502] = "The status callback is not a whole http or https URL.",
  [21613] = "The number asks for a certificate of a local address.",
  [21615] = "The number asks for an address in its country: give address_sid.",
  [21628] = "The address was not accepted.",
  [21629] = "The address was not accepted, and Twilio suggests another.",
  [21630] = "A verified document holds the address; it cannot change.",
  [21631] = "The number asks for an address: give address_sid.",
  [21634] = "The number's trunk is in use for emergency calls.",
  [21649] = "The number asks for a regulatory bundle: give bundle_sid.",
  [21650] = "The number asks for a verified identity: give identity_sid.",
  [21651] = "The document does not satisfy the country's rules.",
  [22102] = "The number cannot have an emergency address.",
  [22103] = "Addresses of this country are not supported.",
  [22221] = "The emergency address is not registered.",
  [22222] = "The emergency status cannot change now.",
  [22300] = "The account may not take new long numbers.",
}

-- What any operation may answer; and what any list may.
texts.common_errors = { 20003, 20005, 20006, 20008, 20429, 20500, 20503 }
texts.record_errors = { 20404 }
texts.list_errors = { 20007, 21481 }

return texts
