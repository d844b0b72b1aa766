-- A small generator that gives the same numbers on every Lua (math.random does not): L'Ecuyer's combination of two
-- multiplicative generators, whose products stay below 2^53.

--- A function from n to a whole number in [0, n), for n up to 2^31 - 85. The same seed gives the same sequence.
local function new (seed)
  seed = math.floor(seed) % 2147483562
  local a, b = seed + 1, seed * 69621 % 2147483398 + 1
  local function draw (n)
    a, b = a * 40014 % 2147483563, b * 40692 % 2147483399
    return (a - b) % 2147483562 % n
  end
  for _ = 1, 8 do draw(2) end -- neighbouring seeds start with neighbouring numbers
  return draw
end

--- A SID: the two letters and 32 hexadecimal digits.
local function sid (draw, prefix)
  return string.format("%s%04x%04x%04x%04x%04x%04x%04x%04x", prefix, draw(65536), draw(65536), draw(65536), draw(65536),
    draw(65536), draw(65536), draw(65536), draw(65536))
end

return { new = new, sid = sid }
