-- Twilio's dates to seconds since 1970, UTC. `os.time` would read them in the local zone.

local months = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11,
                 Dec = 12 }

-- Days from 1970-01-01 to a day of the Gregorian calendar; the year starts in March, so that a leap day ends it.
local function days (year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local leaps = math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
  return 365 * year + leaps + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
end

-- "Thu, 30 Jul 2015 23:19:04 +0000" or "… GMT" to seconds; nil for anything else.
local function parse (text)
  if type(text) ~= "string" then return nil end
  local day, name, year, hour, min, sec, zone =
    text:match("^%a%a%a, (%d%d?) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) (%S+)$")
  local month = months[name]
  if not month then return nil end
  local offset = 0
  if zone ~= "GMT" and zone ~= "UTC" then
    local sign, h, m = zone:match("^([+-])(%d%d)(%d%d)$")
    if not sign then return nil end
    offset = (h * 60 + m) * (sign == "-" and -60 or 60)
  end
  return days(tonumber(year), month, tonumber(day)) * 86400 + hour * 3600 + min * 60 + sec - offset
end

return { parse = parse }
