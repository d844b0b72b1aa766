-- The patterns that a search takes as `contains`, written from what people write of a number: spaces, dots, hyphens and
-- parentheses are as if not there. What is no such part of a number raises, at the caller's line.
--   https://www.twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource

local errors = require "twilio.errors"

local longest = 16   -- characters of a pattern

-- The text without what people put between digits, and with this behind it, or an error at the line that called the
-- helper (which must not make this its tail call: that line would be lost).
local function clean (text, wanted, example, behind)
  local bare = type(text) == "string" and text:gsub("[%s().-]", "")
  if not bare or not bare:find(wanted) or #bare + #behind > longest then
    errors.raise(("%s is no such part of a number; one is %q"):format(type(text) == "string" and ("%q"):format(text)
      or "a " .. type(text), example), 3)
  end
  return bare .. behind
end

--- The `contains` of numbers that start so, country first: search.starts_with("+1 415") is "+1415".
local function starts_with (text)
  local start = clean(text, "^%+%w%w+$", "+1 415", "")
  return start
end

--- The `contains` of numbers that end so, in digits or letters: search.ends_with("TAXI") is "TAXI$".
local function ends_with (text)
  local stop = clean(text, "^%w%w+$", "0100", "$")
  return stop
end

--- The `contains` of numbers of this shape: ? stands for any digit, behind the others or, without a +, before them; not
--- between them, which is all that Twilio can look for. search.pattern("+1 415 555 ????") is "+1415555****".
local function pattern (text)
  local from_start = type(text) == "string" and text:find("+", 1, true)
  local shape = clean(text, from_start and "^%+%w%w+%?*$" or "^%?*%w%w+%?*$", "+1 415 555 ????", ""):gsub("?", "*")
  return shape
end

return { starts_with = starts_with, ends_with = ends_with, pattern = pattern }
