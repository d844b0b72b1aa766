-- The grammar of Contains: 2 to 16 characters; digits; letters, as on a telephone's keys; * for any one digit and % for
-- any digits, both only before or after the digits, of which there are then two or more; + for the start of the
-- number and $ for its end. Two different metacharacters never stand side by side.

local keys = {}
for digit, letters in pairs{ [2] = "ABC", [3] = "DEF", [4] = "GHI", [5] = "JKL", [6] = "MNO", [7] = "PQRS", [8] = "TUV",
  [9] = "WXYZ" } do
  for letter in letters:gmatch(".") do keys[letter] = tostring(digit) end
end

--- A text with its letters turned into the digits of their keys.
local function to_digits (text) return (text:upper():gsub("%a", keys)) end

local function clash (pattern)
  for i = 1, #pattern - 1 do
    local a, b = pattern:sub(i, i), pattern:sub(i + 1, i + 1)
    if a ~= b and a:find("[*%%+$]") and b:find("[*%%+$]") then return true end
  end
  return false
end

local function wild (s) return (s:gsub(".", { ["*"] = "%d", ["%"] = "%d*" })) end

--- A function from an E.164 number to whether it matches, and how such numbers begin ("+" alone where that is open);
--- nil where the pattern is not one.
local function compile (pattern)
  if #pattern < 2 or #pattern > 16 or clash(pattern) then return nil end
  local before, digits, after = pattern:match("^%+?([*%%]*)(%w+)([*%%]*)%$?$")
  if not digits or before .. after ~= "" and #digits < 2 then return nil end
  local found, start = wild(before) .. to_digits(digits) .. wild(after), "+"
  if pattern:sub(1, 1) == "+" then
    found, start = "^%+" .. found, "+" .. to_digits(digits)
  end
  if pattern:sub(-1) == "$" then found = found .. "$" end
  return function (phone_number) return phone_number:find(found) ~= nil end, start
end

return { compile = compile, digits = to_digits }
