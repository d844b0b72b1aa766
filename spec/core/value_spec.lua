-- What each type takes, what it refuses, and how Twilio spells it. A parameter of each type stands for all.

local core = require "twilio.core"
local rows = require "spec.support.rows"

local account = rows.account()

local function decode (text)
  return (text:gsub("%%(%x%x)", function (hex) return string.char(tonumber(hex, 16)) end))
end

-- What goes out for this value of the parameter, or nil.
local function sent (name, parameter, value, beside)
  local params = beside or {}
  params[parameter] = value
  local request, err = core.request(name, account, params)
  if not request then
    assert.same({ "invalid", parameter }, { err.kind, err.parameter })
    return nil
  end
  local wire
  for _, p in ipairs(rows.by_name[name].parameters) do if p.name == parameter then wire = p.wire end end
  return decode(("&" .. (request.body or request.url:match("%?(.*)"))):match("&" .. wire .. "=([^&]*)"))
end

local types = {
  { "a text", { "update_outgoing", "friendly_name", { sid = rows.sid("PN") } },
    takes = { "x", ("x"):rep(64), ("\195\169"):rep(64), "a\0b\r\n", "\255\254" },
    refuses = { ("x"):rep(65), ("\195\169"):rep(65) } },
  { "a URL", { "update_incoming", "voice_url", { sid = rows.sid("PN") } },
    takes = { "http://a", "https://example.com/x?y=z&a=%20#f", "HTTPS://Example.com", "http://user:pw@host:80/",
      "http://[::1]:80/", "https://m\195\188nchen.example/" },
    refuses = { "example.com", "ftp://example.com", "http://", "https://", "http:///x", "https://?x", "http://a b",
      "http://a\n", "http://a\0", "javascript:alert(1)", "http:/x", "https://\127", " http://a", "http://:80" } },
  { "a SID", { "update_incoming", "trunk_sid", { sid = rows.sid("PN") } },
    takes = { rows.sid("TK"), rows.sid("TK", "F"), rows.sid("TK", "0") },
    refuses = { "TK", rows.sid("PN"), rows.sid("tk"), rows.sid("TK") .. "a", rows.sid("TK"):sub(1, -2),
      rows.sid("TK", "g"),
      rows.sid("TK"):sub(1, -2) .. "\n", rows.sid("TK"):sub(1, -2) .. "\0", "TK../../" .. ("a"):rep(26) } },
  { "a number in E.164", { "buy", "phone_number" },
    takes = { "+14155550123", "+442079460000", "+12", "+123456789012345" },
    refuses = { "14155550123", "+", "+1", "+04155550123", "+1234567890123456", "+1415555012x", "+1 4155550123",
      "+1foobar",
      "(415) 555-0123", "+14155550123\n", "+1415555\0123", "++14155550123", "123456" } },
  { "a number as people write it", { "add_outgoing", "phone_number" },
    takes = { "+14155550123", "(415) 555-0123", "415-555-0123", "415.555.0123", "123456", "415555****",
      "+1 800 FLOWERS" },
    refuses = { "+", "()", "-- --", "415;555", "415\n555", "415\0", "<b>", ("1"):rep(65), "\194\178" } },
  { "a boolean", { "list_incoming", "beta" },
    takes = { "true", "false", ["TRUE"] = "true", ["False"] = "false" },
    refuses = { "yes", "1", "0", "t", "truee", "true ", "\0" } },
  { "an enumeration", { "update_incoming", "voice_method", { sid = rows.sid("PN") } },
    takes = { "GET", "POST", post = "POST", Get = "GET" },
    refuses = { "PUT", "GET ", "GETPOST", "GET POST", "G", "\0" } },
  { "an enumeration in Twilio's own case", { "update_incoming", "emergency_status", { sid = rows.sid("PN") } },
    takes = { "Active", ACTIVE = "Active", inactive = "Inactive" },
    refuses = { "Act", "Actives", "none" } },
  { "an enumeration that the description calls a string", { "list_incoming", "origin" },
    takes = { "twilio", Hosted = "hosted" },
    refuses = { "mine" } },
  { "a country", { "list_addresses", "iso_country" },
    takes = { "US", gb = "GB", De = "DE" },
    refuses = { "USA", "U", "U1", "  ", "\195\169", "U\0" } },
  { "a search pattern", { "search_local", "contains", { country = "US" } },
    takes = { "415", "510555****", "KATHY", "+1415", "555$", "+415*555$", "%55%", "41" },
    refuses = { "4", "****", "4***", "4+15", "4$5", "$41", "415+", "41 5", "41-5", ("4"):rep(17), "41\0",
      "41\195\169" } },
  { "a point", { "search_local", "near_lat_long", { country = "US" } },
    takes = { "37.84,-122.46", "-90,180", "+90.000,-180.0", "0,0", "0.5,-0.5", ["37.84, -122.46"] = "37.84,-122.46" },
    refuses = { "37.84", "37.84,", ",1", "91,0", "90.1,0", "0,181", "0,-180.01", "a,b", "1,2,3", "37.84 -122.46",
      "1e1,0",
      "37.84,-122.46\n", ".5,1", "12345,1", ("1"):rep(60) .. ",1" } },
  { "digits", { "add_outgoing", "extension", { phone_number = "+14155550123" } },
    takes = { "1234", "0", "12#", "*9ww3", "+1415" },
    refuses = { "12a", "1 2", "1-2", "1+2", "\n", "1\0", ("1"):rep(65) } },
  { "a date", { "update_incoming", "call_api_version", { sid = rows.sid("PN") } },
    takes = { "2010-04-01", "2008-08-01" },
    refuses = { "2010", "2010-4-1", "2010/04/01", "2010-04-01x", "v1", "2010-04-0\0" } },
  { "a whole number", { "search_local", "area_code", { country = "US" } },
    takes = { "415", "100", "999", ["0415"] = "415" },
    refuses = { "99", "1000", "41", "-415", "+415", "4 15", "415.0", "4e2", "0x19f", ("9"):rep(100), "\0" } },
}

local function copy (t)
  local new = {}
  for key, value in pairs(t or {}) do new[key] = value end
  return new
end

for _, case in ipairs(types) do
  local name, parameter, beside = case[2][1], case[2][2], case[2][3]
  describe(case[1], function ()
    it("takes what it should, in Twilio's spelling", function ()
      for given, wanted in pairs(case.takes) do
        if type(given) == "number" then given = wanted end
        assert.equal(wanted, sent(name, parameter, given, copy(beside)), given)
      end
    end)

    it("refuses what it should", function ()
      for _, given in ipairs(case.refuses) do
        assert.is_nil(sent(name, parameter, given, copy(beside)), given)
      end
    end)
  end)
end

describe("a message about a bad value", function ()
  it("says what the value must be", function ()
    for _, case in ipairs{
      { "buy", "phone_number",
        "phone_number must be + and 2 to 15 digits, the country's code first, like +14155550123" },
      { "buy", "voice_method", "voice_method must be one of GET, POST" },
      { "buy", "voice_url", "voice_url must be a URL that begins with http:// or https:// and has no space" },
      { "buy", "trunk_sid", "trunk_sid must be TK and 32 hexadecimal digits" },
      { "buy", "voice_caller_id_lookup", "voice_caller_id_lookup must be true or false" },
      { "buy", "friendly_name", "friendly_name must be of at most 64 characters" },
      { "buy", "call_api_version", "call_api_version must be a date, like 2010-04-01" },
      { "search_local", "area_code", "area_code must be a whole number from 100 to 999" },
      { "search_local", "near_lat_long",
        "near_lat_long must be a latitude and a longitude in degrees, like 37.77,-122.41" },
      { "search_local", "near_number", "near_number must be a phone number, like +14155550123 or (415) 555-0123" },
      { "search_local", "in_lata", "in_lata must be digits" },
      { "search_local", "country_code", "country_code must be the two letters of a country, like US" },
      { "search_local", "contains",
        "contains must be 2 to 16 of 0-9, A-Z, * and %, at least two of them no wildcards, "
        .. "with + in front or $ behind at most" },
    } do
      local params = rows.required(rows.by_name[case[1]])
      params[case[2]] = ("\1"):rep(65)
      assert.equal(case[3], select(2, core.request(case[1], account, params)).message)
    end
  end)
end)
