-- Is a secret to be seen? Looks through strings, tables, their metatables and the tostring of everything for the
-- forms in which a secret travels: as it is, base64 at each alignment, percent-encoded.

local scan = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

function scan.base64 (text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for position = 3, 0, -1 do
      local index = math.floor(bits / 64 ^ position) % 64 + 1
      local absent = position == 0 and not c or position == 1 and not b
      out[#out + 1] = absent and "=" or ALPHABET:sub(index, index)
    end
  end
  return table.concat(out)
end

-- The forms of a secret, as plain texts to look for.
function scan.needles (secret)
  local percent = secret:gsub("[^%w%-._~]", function (c) return ("%%%02X"):format(c:byte()) end)
  local needles = { secret, percent, percent:lower() }
  for offset = 0, 2 do   -- what surrounds the secret changes the outermost characters alone
    needles[#needles + 1] = scan.base64(("x"):rep(offset) .. secret):sub(5, -5)
  end
  return needles
end

local function inText (text, needles)
  for _, needle in ipairs(needles) do
    if text:find(needle, 1, true) then return true end
  end
  return false
end

-- Where in `value` the secret is seen: a path such as "value.headers.Authorization", or nil.
function scan.find (value, secret)
  local needles, seen = scan.needles(secret), {}
  local function walk (inner, path)
    if inText(tostring(inner), needles) then return path end
    if type(inner) ~= "table" or seen[inner] then return nil end
    seen[inner] = true
    for key, item in next, inner do
      local found = walk(key, path .. "'s key") or walk(item, path .. "." .. tostring(key))
      if found then return found end
    end
    local meta = debug.getmetatable(inner)
    return meta and walk(meta, path .. "'s metatable")
  end
  return walk(value, "value")
end

return scan
