-- name=value pairs, as queries and form bodies carry them.

local function byte (hex) return string.char(tonumber(hex, 16)) end

local function decode (s)
  if not s:find("[%%+]") then return s end
  return (s:gsub("+", " "):gsub("%%(%x%x)", byte))
end

local function percent (c) return string.format("%%%02X", c:byte()) end

--- Percent-encoding that keeps RFC 3986's unreserved characters alone.
local function encode (s) return (s:gsub("[^%w%-._~]", percent)) end

--- The pairs of a query or body as a table. A name given twice has its last value.
local function parse (s)
  local fields = {}
  for name, value in (s or ""):gmatch("([^&=]+)=?([^&]*)") do fields[decode(name)] = decode(value) end
  return fields
end

return { decode = decode, encode = encode, parse = parse }
