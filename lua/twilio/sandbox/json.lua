-- JSON out. lua-cjson writes an empty list as {} and fields in no order, so objects are put together here from a list
-- of field names, and only strings that need escaping go to lua-cjson.

local cjson = require "cjson"

local concat, find = table.concat, string.find

--- A value that is JSON already.
local function raw (text) return { json = text } end

local function value (v)
  local kind = type(v)
  if kind == "string" then
    if find(v, '[%c"\\\127]') then return cjson.encode(v) end
    return '"' .. v .. '"'
  elseif kind == "table" then
    return v.json
  elseif kind == "number" then
    return string.format(v % 1 == 0 and "%d" or "%.3f", v)
  end
  return kind == "nil" and "null" or tostring(v)
end

--- A function from a table to the inside of a JSON object with those fields in that order; what is nil is null.
local function fields (names)
  local heads = {}
  for i, name in ipairs(names) do heads[i] = (i > 1 and ',"' or '"') .. name .. '":' end
  local n = #names
  return function (record)
    local parts = {}
    for i = 1, n do
      parts[2 * i - 1], parts[2 * i] = heads[i], value(record[names[i]])
    end
    return concat(parts)
  end
end

--- The same with its braces.
local function record (names)
  local inside = fields(names)
  return function (t) return "{" .. inside(t) .. "}" end
end

--- A JSON array of what encode makes of each item (of the items as they are, without it).
local function list (items, encode)
  local parts = {}
  for i, item in ipairs(items) do parts[i] = encode and encode(item) or item end
  return "[" .. concat(parts, ",") .. "]"
end

return { raw = raw, value = value, fields = fields, record = record, list = list }
