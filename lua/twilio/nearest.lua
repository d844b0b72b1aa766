-- The known name that a misspelt one was meant to be.

-- How many single changes lead from a to b.
local function distance (a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local change = diagonal + (a:byte(i) == b:byte(j) and 0 or 1)
      diagonal = row[j]
      row[j] = math.min(change, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#b]
end

-- `; did you mean account_sid?`, or "" where nothing is near. `known` has the names as keys.
local function hint (name, known)
  if type(name) ~= "string" or #name > 64 then return "" end
  local best, least = nil, 4
  for candidate in pairs(known) do
    local d = distance(name:lower(), candidate)
    if d < least or d == least and best and candidate < best then best, least = candidate, d end
  end
  return best and "; did you mean " .. best .. "?" or ""
end

return { hint = hint }
