-- What a path without ".json" answers: the same response as XML.

local cjson = require "cjson"

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape (value) return (tostring(value):gsub('[&<>"]', escapes)) end

-- friendly_name becomes FriendlyName.
local function camel (name)
  return (("_" .. name):gsub("_(%a?)", string.upper))
end

-- The element of one item: IncomingPhoneNumbers holds IncomingPhoneNumber, Addresses Address, Countries Country.
local function singular (name)
  return (name:gsub("ies$", "y"):gsub("sses$", "ss"):gsub("([^s])s$", "%1"))
end

local function scalar (value)
  if value == cjson.null then return "" end
  if type(value) == "number" then return string.format(value % 1 == 0 and "%d" or "%g", value) end
  return escape(value)
end

local element

local function children (t)
  local names, parts = {}, {}
  for name in pairs(t) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do parts[i] = element(camel(name), t[name]) end
  return table.concat(parts)
end

function element (name, value)
  local inside = type(value) == "table" and children(value) or scalar(value)
  return "<" .. name .. ">" .. inside .. "</" .. name .. ">"
end

-- A list with its envelope as attributes.
local function listing (key, items, envelope)
  local name, parts, attributes = camel(key), {}, {}
  for field, value in pairs(envelope) do
    if field ~= key then attributes[#attributes + 1] = field:gsub("_", "") .. '="' .. scalar(value) .. '"' end
  end
  table.sort(attributes)
  for i, item in ipairs(items) do parts[i] = element(singular(name), item) end
  return "<" .. name .. " " .. table.concat(attributes, " ") .. ">" .. table.concat(parts) .. "</" .. name .. ">"
end

--- Turns a response into XML. The path says what its resource is called.
local function convert (response, path)
  if response.body == "" then return response end
  local value, inside = cjson.decode(response.body), nil
  for key, items in pairs(value) do
    if value.uri and type(items) == "table" and key ~= "capabilities" and key ~= "subresource_uris"
      and key ~= "configuration" then
      inside = listing(key, items, value)
    end
  end
  local collection = "Resource"
  for segment in path:gmatch("/(%u%a%a+)") do collection = segment end
  inside = inside or element(response.status >= 400 and "RestException" or singular(collection), value)
  response.body = '<?xml version="1.0" encoding="UTF-8"?>\n<TwilioResponse>' .. inside .. "</TwilioResponse>\n"
  response.content_type = "application/xml"
  return response
end

return { convert = convert }
