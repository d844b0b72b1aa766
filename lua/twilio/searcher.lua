-- Walks a search for available numbers beyond the rows that one answer holds: Twilio gives about thirty and no next
-- page. A search that came back full is split into searches that together match the same numbers, digit by digit, and
-- what came before is left out. It asks only as the caller reads on.
--   https://www.twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource

local errors = require "twilio.errors"

local key = "available_phone_numbers"
local full = 30      -- rows that an answer has, at the least, where there are more than it gives
local longest = 16   -- characters of a pattern

local Search = {}
Search.__index = Search

local two_digits = {}
for code in ([[20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82
  84 86 90 91 92 93 94 95 98]]):gmatch("%d+") do two_digits[code] = true end

-- "+44" of "+442071838750": calling codes of one digit are 1 and 7, and no code begins another.
local function calling_code (number)
  local digits = number:match("^%+(%d%d%d)")
  if not digits then return nil end
  local first, two = digits:sub(1, 1), digits:sub(1, 2)
  return "+" .. ((first == "1" or first == "7") and first or two_digits[two] and two or digits)
end

-- The parts of a pattern: + or "", wildcards, digits and letters, wildcards, $ or "". A % next to an end says that
-- anything may stand there, which is what no anchor says.
local function parse (pattern)
  local start, before, body, after, stop = pattern:match("^(%+?)([*%%]*)(%w+)([*%%]*)(%$?)$")
  if not start then return nil end
  if before:find("%%") then start, before = "", "" end
  if after:find("%%") then after, stop = "", "" end
  return start, before, body, after, stop
end

-- Patterns that together match what this one does, each with a digit more; nil where there are none.
local function finer (pattern)
  local start, before, body, after, stop = parse(pattern)
  if not start then return nil end
  local left, right = start .. before, after .. stop
  local grows = "right"
  if after ~= "" then
    right = right:sub(2)
  elseif before ~= "" then
    left, grows = left:sub(1, -2), "left"
  elseif stop ~= "" then
    if start ~= "" then return nil end
    grows = "left"
  end
  local patterns = {}
  for digit = 0, 9 do
    patterns[digit + 1] = left .. (grows == "right" and body .. digit or digit .. body) .. right
  end
  -- Not held to the start, it may also be the number's end.
  if left == "" and right == "" then patterns[11] = body .. "$" end
  return #patterns[1] <= longest and patterns or nil
end

-- Where splitting begins, when the caller gave no pattern: the country's numbers, or the area code's.
local function root (self, list)
  local code = calling_code(list[1].phone_number)
  if code ~= "+1" or not self.area_code then return code end
  return ("+1%d"):format(self.area_code)
end

--- A walk. `ask(contains)` makes one search with this pattern (nil: without one) → page, info, request | nil, err.
--- `options` has the caller's `contains`, `area_code`, `limit` and `page_size`. The walk is used as a pager is: see
--- pager.lua.
local function new (ask, options)
  local contains = options.contains
  if type(contains) == "number" then contains = ("%d"):format(contains) end
  if type(contains) ~= "string" or contains == "" then contains = false end
  local most = math.min(full, tonumber(options.page_size) or full)
  return setmetatable({ ask = ask, key = key, area_code = tonumber(options.area_code), limit = options.limit,
                        most = most, todo = { contains }, seen = {}, records = 0 }, Search)
end

-- A row without its number can neither be told from another nor be bought.
local function has_numbers (list)
  for i = 1, #list do
    if type(list[i].phone_number) ~= "string" then return false end
  end
  return true
end

-- The error of such an answer.
local function numberless (info, request)
  return errors.of({ kind = "protocol", message = "the search answered a row without its phone_number", sent = true,
                     status = info.status, request_id = info.request_id, attempts = info.attempts }, request)
end

-- Leaves out of `list` what came before, and what is beyond the limit.
local function sift (self, list)
  local kept = 0
  local room = self.limit and self.limit - self.records
  for i = 1, #list do
    local record = list[i]
    local number = record.phone_number
    list[i] = nil
    if not self.seen[number] and not (room and kept >= room) then
      kept = kept + 1
      list[kept] = record
      self.seen[number] = true
    end
  end
  self.records = self.records + kept
  return kept
end

-- An answer with fewer rows than another had is whole; one with as many may hide some.
local function split (self, pattern, list)
  if #list < self.most then return end
  self.most = #list
  local start = pattern or root(self, list)
  local patterns = start and finer(start) or {}
  for i = #patterns, 1, -1 do self.todo[#self.todo + 1] = patterns[i] end
end

--- The next page that has something new; nil at the end; nil, err on failure, with err.records. After a failure the
--- next call tries again where it failed. It has one reader, as a pager has: see there.
function Search:next ()
  local todo = self.todo
  while todo[1] ~= nil and not (self.limit and self.records >= self.limit) do
    local pattern = todo[#todo]
    local page, info, request = self.ask(pattern or nil)
    if page and not has_numbers(page[key]) then page, info = nil, numberless(info, request) end
    if not page then
      info.records = self.records
      return nil, info
    end
    if self.todo ~= todo or todo[#todo] ~= pattern then
      errors.raise("this walk was read or closed elsewhere while it waited for a page", 2)
    end
    todo[#todo] = nil
    split(self, pattern, page[key])
    if sift(self, page[key]) > 0 then return page, info end
  end
  return nil
end

--- for page in search do … end: raises the error object.
function Search:__call ()
  local page, err = self:next()
  if err and not page then error(err) end
  return page
end

function Search:close ()
  self.todo = {}
end

Search.__close = Search.close

return { new = new }
