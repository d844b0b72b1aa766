-- Where numbers are: places whose area code, locality, region, rate center, LATA, postal code and position belong
-- together, and what each country sells. Several places may share an area code.

-- area code, locality, region, rate center, LATA, postal code, latitude, longitude
local us = {
  { "205", "Birmingham", "AL", "BIRMINGHAM", "476", "35203", 33.5207, -86.8025 },
  { "206", "Seattle", "WA", "SEATTLE", "674", "98101", 47.6062, -122.3321 },
  { "212", "New York", "NY", "NWYRCYZN01", "132", "10001", 40.7506, -73.9972 },
  { "213", "Los Angeles", "CA", "LSAN DA 01", "730", "90012", 34.0614, -118.2385 },
  { "214", "Dallas", "TX", "DALLAS", "552", "75201", 32.7876, -96.7994 },
  { "215", "Philadelphia", "PA", "PHILA", "228", "19103", 39.9526, -75.1743 },
  { "216", "Cleveland", "OH", "CLEVELAND", "320", "44113", 41.4816, -81.7018 },
  { "303", "Denver", "CO", "DENVER", "656", "80202", 39.7515, -104.9977 },
  { "305", "Miami", "FL", "MIAMI", "460", "33130", 25.7670, -80.2034 },
  { "312", "Chicago", "IL", "CHICAGO", "358", "60601", 41.8858, -87.6229 },
  { "313", "Detroit", "MI", "DETROIT", "340", "48226", 42.3333, -83.0484 },
  { "314", "St. Louis", "MO", "ST LOUIS", "520", "63101", 38.6314, -90.1922 },
  { "317", "Indianapolis", "IN", "INDIANAPLS", "336", "46204", 39.7718, -86.1568 },
  { "404", "Atlanta", "GA", "ATLANTA", "438", "30303", 33.7525, -84.3916 },
  { "405", "Oklahoma City", "OK", "OKLA CITY", "536", "73102", 35.4707, -97.5197 },
  { "408", "San Jose", "CA", "SAN JOSE", "722", "95113", 37.3337, -121.8907 },
  { "410", "Baltimore", "MD", "BALTIMORE", "238", "21202", 39.2966, -76.6077 },
  { "412", "Pittsburgh", "PA", "PITTSBURGH", "234", "15222", 40.4478, -79.9926 },
  { "414", "Milwaukee", "WI", "MILWAUKEE", "356", "53202", 43.0468, -87.8965 },
  { "415", "San Francisco", "CA", "SNFC CNTRL", "722", "94105", 37.7890, -122.3942 },
  { "415", "Novato", "CA", "NOVATO", "722", "94947", 38.0970, -122.5690 },
  { "502", "Louisville", "KY", "LOUISVILLE", "462", "40202", 38.2527, -85.7519 },
  { "503", "Portland", "OR", "PORTLAND", "672", "97204", 45.5180, -122.6745 },
  { "504", "New Orleans", "LA", "NEWORLEANS", "490", "70112", 29.9563, -90.0770 },
  { "505", "Albuquerque", "NM", "ALBUQUERQ", "664", "87102", 35.0818, -106.6480 },
  { "510", "Oakland", "CA", "OKLD MN-PD", "722", "94612", 37.8086, -122.2669 },
  { "510", "Berkeley", "CA", "OKLD BRKLY", "722", "94704", 37.8664, -122.2570 },
  { "512", "Austin", "TX", "AUSTIN", "558", "78701", 30.2713, -97.7426 },
  { "513", "Cincinnati", "OH", "CINCINNATI", "922", "45202", 39.1088, -84.5023 },
  { "515", "Des Moines", "IA", "DES MOINES", "632", "50309", 41.5884, -93.6208 },
  { "530", "Woodland", "CA", "WOODLAND", "726", "95695", 38.6700, -121.7600 },
  { "530", "Redding", "CA", "REDDING", "724", "96001", 40.5605, -122.4116 },
  { "602", "Phoenix", "AZ", "PHOENIX", "666", "85003", 33.4510, -112.0786 },
  { "612", "Minneapolis", "MN", "TWINCITIES", "628", "55401", 44.9835, -93.2683 },
  { "615", "Nashville", "TN", "NASHVILLE", "470", "37219", 36.1670, -86.7840 },
  { "617", "Boston", "MA", "BOSTON", "128", "02108", 42.3576, -71.0684 },
  { "619", "San Diego", "CA", "SAN DIEGO", "732", "92101", 32.7185, -117.1593 },
  { "650", "Palo Alto", "CA", "PALO ALTO", "722", "94301", 37.4443, -122.1497 },
  { "702", "Las Vegas", "NV", "LAS VEGAS", "721", "89101", 36.1720, -115.1224 },
  { "713", "Houston", "TX", "HOUSTON", "560", "77002", 29.7594, -95.3594 },
  { "801", "Salt Lake City", "UT", "SALT LAKE", "660", "84101", 40.7559, -111.8967 },
  { "804", "Richmond", "VA", "RICHMOND", "248", "23219", 37.5463, -77.4378 },
  { "808", "Honolulu", "HI", "HONOLULU", "834", "96813", 21.3180, -157.8520 },
  { "808", "Hilo", "HI", "HILO", "834", "96720", 19.7200, -155.0900 },
  { "816", "Kansas City", "MO", "KANSASCITY", "524", "64106", 39.1052, -94.5699 },
  { "901", "Memphis", "TN", "MEMPHIS", "468", "38103", 35.1440, -90.0480 },
  { "907", "Anchorage", "AK", "ANCHORAGE", "832", "99501", 61.2116, -149.8761 },
  { "916", "Sacramento", "CA", "SCRM MAIN", "726", "95814", 38.5804, -121.4922 },
  { "919", "Raleigh", "NC", "RALEIGH", "426", "27601", 35.7727, -78.6324 },
}

local ca = {
  { "204", "Winnipeg", "MB", "WINNIPEG", "888", "R3C 1A5", 49.8900, -97.1500 },
  { "403", "Calgary", "AB", "CALGARY", "888", "T2P 2M5", 51.0450, -114.0700 },
  { "416", "Toronto", "ON", "TORONTO", "888", "M5H 2N2", 43.6520, -79.3830 },
  { "514", "Montreal", "QC", "MONTREAL", "888", "H2Y 1C6", 45.5050, -73.5560 },
  { "604", "Vancouver", "BC", "VANCOUVER", "888", "V6B 1A1", 49.2800, -123.1100 },
  { "613", "Ottawa", "ON", "OTTAWA", "888", "K1P 1J1", 45.4200, -75.6900 },
  { "780", "Edmonton", "AB", "EDMONTON", "888", "T5J 2R7", 53.5250, -113.4580 },
  { "902", "Halifax", "NS", "HALIFAX", "888", "B3J 1S9", 44.6480, -63.5750 },
}

local function places (rows)
  local list = {}
  for i, row in ipairs(rows) do
    list[i] = {
      area_code = row[1], locality = row[2], region = row[3], rate_center = row[4], lata = row[5], postal_code = row[6],
      latitude = row[7], longitude = row[8],
    }
  end
  return list
end

-- The numbers of a block are a prefix and so many digits. In North America each area code is a block.
local function area_codes (rows)
  local blocks, by_code = {}, {}
  for _, place in ipairs(places(rows)) do
    local block = by_code[place.area_code]
    if not block then
      block = { prefix = "+1" .. place.area_code, digits = 7, area_code = place.area_code, places = {} }
      by_code[place.area_code] = block
      blocks[#blocks + 1] = block
    end
    table.insert(block.places, place)
  end
  return blocks
end

local function toll_free ()
  local blocks = {}
  for i, code in ipairs{ "800", "833", "844", "855", "866", "877", "888" } do
    blocks[i] = { prefix = "+1" .. code, digits = 7, area_code = code, places = { {} } }
  end
  return blocks
end

local function block (prefix, digits, locality, region)
  return { prefix = prefix, digits = digits, places = { { locality = locality, region = region } } }
end

--- What is for sale, made anew at each call: countries in order, each with its types. address and bundle are what
--- Twilio asks of a buyer; there is one country for each kind of requirement.
local function countries ()
  local shared = toll_free() -- North America has its toll-free numbers in common
  return {
    { code = "US", name = "United States", types = {
      { name = "local", address = "none", blocks = area_codes(us) },
      { name = "toll_free", address = "none", blocks = shared },
    } },
    { code = "CA", name = "Canada", types = {
      { name = "local", address = "none", blocks = area_codes(ca) },
      { name = "toll_free", address = "none", blocks = shared },
    } },
    { code = "GB", name = "United Kingdom", types = {
      { name = "local", address = "any", blocks = {
        block("+44203", 7, "London", "England"), block("+44161", 7, "Manchester", "England"),
        block("+44131", 7, "Edinburgh", "Scotland"), block("+441822", 6, "Tavistock", "England"),
      } },
      { name = "mobile", address = "none", blocks = { block("+44740", 7) } },
      { name = "national", address = "any", blocks = { block("+44333", 7) } },
      { name = "toll_free", address = "none", blocks = { block("+44808", 7) } },
      { name = "shared_cost", address = "none", blocks = { block("+44843", 7) } },
      { name = "voip", address = "none", blocks = { block("+44560", 7) } },
    } },
    { code = "DE", name = "Germany", types = {
      { name = "local", address = "local", bundle = true, blocks = {
        block("+49303", 7, "Berlin", "Berlin"), block("+49893", 7, "Munich", "Bavaria"),
        block("+49403", 7, "Hamburg", "Hamburg"),
      } },
      { name = "mobile", address = "local", bundle = true, blocks = { block("+491573", 7) } },
      { name = "national", address = "local", bundle = true, blocks = { block("+49322", 7) } },
      { name = "toll_free", address = "foreign", blocks = { block("+49800", 7) } },
    } },
    { code = "AU", name = "Australia", types = {
      { name = "local", address = "any", blocks = {
        block("+6128", 7, "Sydney", "New South Wales"), block("+6138", 7, "Melbourne", "Victoria"),
        block("+6173", 7, "Brisbane", "Queensland"), block("+6186", 7, "Perth", "Western Australia"),
      } },
      { name = "mobile", address = "any", blocks = { block("+6148", 7) } },
      { name = "toll_free", address = "none", blocks = { block("+611800", 6) } },
      { name = "shared_cost", address = "none", blocks = { block("+611300", 6) } },
      { name = "machine_to_machine", address = "none", blocks = { block("+61147", 7) } },
    } },
  }
end

return { countries = countries }
