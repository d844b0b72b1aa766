-- The PhoneNumber filter of a list: part of a number, * for any digit, letters as on a telephone's keys.

local contains = require "twilio.sandbox.contains"

--- A function from an E.164 number to whether it matches; nil where the pattern is not one.
local function compile (pattern)
  local start = pattern:sub(1, 1) == "+"
  local body = pattern:gsub("[%s%-().+]", "")
  if body == "" or body:find("[^%w*]") then return nil end
  local found = (start and "^%+" or "") .. contains.digits(body):gsub("%*", "%%d")
  return function (phone_number) return phone_number:find(found) ~= nil end
end

return { compile = compile }
