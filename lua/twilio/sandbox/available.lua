-- AvailablePhoneNumbers: the countries, and the search in each type of number that a country sells.

local json = require "twilio.sandbox.json"
local reply = require "twilio.sandbox.reply"
local search = require "twilio.sandbox.search"

local DEFAULT_ROWS = 30

local types = {
  Local = "local", Mobile = "mobile", National = "national", TollFree = "toll_free", SharedCost = "shared_cost",
  MachineToMachine = "machine_to_machine", Voip = "voip",
}
local path_of = {}
for path, name in pairs(types) do path_of[name] = path end

local row = json.record{ "friendly_name", "phone_number", "lata", "locality", "rate_center", "latitude", "longitude",
  "region", "postal_code", "iso_country", "address_requirements", "beta", "capabilities" }
local capabilities = json.record{ "voice", "SMS", "MMS", "fax" }
local country_row = json.record{ "country_code", "country", "uri", "beta", "subresource_uris" }

--- A number as its country writes it: (415) 867-5309 in North America, E.164 elsewhere.
local function friendly (phone_number)
  if #phone_number ~= 12 or phone_number:sub(1, 2) ~= "+1" then return phone_number end
  return "(" .. phone_number:sub(3, 5) .. ") " .. phone_number:sub(6, 8) .. "-" .. phone_number:sub(9)
end

local function degrees (x) return x and string.format("%.6f", x) end

local function encode (phone_number, place, kind, country)
  return row{
    friendly_name = friendly(phone_number), phone_number = phone_number, lata = place.lata, locality = place.locality,
    rate_center = place.rate_center, latitude = degrees(place.latitude), longitude = degrees(place.longitude),
    region = place.region, postal_code = place.postal_code, iso_country = country.code,
    address_requirements = kind.address, beta = kind.beta,
    capabilities = json.raw(capabilities{ voice = kind.voice, SMS = kind.sms, MMS = kind.mms, fax = kind.fax }),
  }
end

local function sent_uri (call)
  return call.path .. (call.query_string and "?" .. call.query_string or "")
end

--- GET AvailablePhoneNumbers/{CountryCode}/{Type}. Not paged: PageSize alone says how many rows.
local function list (call)
  local world = call.world
  local country = world.inventory.by_country[call.captures[1]]
  local kind = country and country[types[call.captures[2]]]
  if not kind then return reply.not_found(call.path) end
  local block_passes, entry_passes, number_passes = search.compile(call.query, kind, world.inventory)
  if not block_passes then return entry_passes end
  local wanted = tonumber((call.query.PageSize or ""):match("^%d+$")) or DEFAULT_ROWS
  wanted = math.max(1, math.min(wanted, world.settings.search_rows))
  local rows = {}
  world.inventory:each(kind, block_passes, entry_passes, function (phone_number, place, sort)
    if number_passes(phone_number) then
      rows[#rows + 1] = encode(phone_number, place, sort, country)
      return #rows >= wanted
    end
  end)
  return reply.ok('{"available_phone_numbers":' .. json.list(rows) .. ',"uri":' .. json.value(sent_uri(call)) .. "}")
end

local function encode_country (call, country)
  local uri = "/2010-04-01/Accounts/" .. call.account.sid .. "/AvailablePhoneNumbers/" .. country.code
  local sold = {}
  for i, kind in ipairs(country.types) do
    sold[i] = '"' .. kind.name .. '":"' .. uri .. "/" .. path_of[kind.name] .. '.json"'
  end
  return country_row{ country_code = country.code, country = country.name, uri = uri .. ".json", beta = false,
    subresource_uris = json.raw("{" .. table.concat(sold, ",") .. "}") }
end

--- GET AvailablePhoneNumbers
local function countries (call)
  local rows = json.list(call.world.inventory.countries, function (country) return encode_country(call, country) end)
  return reply.ok('{"countries":' .. rows .. ',"uri":' .. json.value(sent_uri(call)) .. "}")
end

--- GET AvailablePhoneNumbers/{CountryCode}
local function country (call)
  local found = call.world.inventory.by_country[call.captures[1]]
  if not found then return reply.not_found(call.path) end
  return reply.ok(encode_country(call, found))
end

return { list = list, countries = countries, country = country, friendly = friendly }
