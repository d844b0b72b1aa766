-- The numbers that Twilio has to sell. Nothing is stored for a number until somebody buys it: the i-th number of a
-- block is a*i + b in the block's numbering space, with a prime to the size of the space, so that numbers look
-- unordered, never repeat, and lead back to their i. The first STOCK of each block are for sale; the ones after them
-- are the numbers that the account owned at the start, for sale only once they are released ("late").

local geography = require "twilio.sandbox.geography"
local random = require "twilio.sandbox.random"

local STOCK = 10000
local GOLDEN = 0.6180339887

local Inventory = {}
Inventory.__index = Inventory

-- The x with a * x = 1 in the numbers up to n, by Euclid's algorithm.
local function inverse (a, n)
  local r, s, old_r, old_s = n, 0, a, 1
  while r ~= 0 do
    local q = math.floor(old_r / r)
    old_r, r = r, old_r - q * r
    old_s, s = s, old_s - q * s
  end
  return old_s % n
end

-- Capabilities and beta state, spread over the numbers by their place in the block.
local function variant (kind, i)
  local few, fax, beta = i % 9 == 4, i % 7 == 2, i % 16 == 11
  local key = (few and 4 or 0) + (fax and 2 or 0) + (beta and 1 or 0)
  local known = kind.variants[key]
  if not known then
    local mobile, machine = kind.type == "mobile", kind.type == "machine_to_machine"
    known = {
      country = kind.country, type = kind.type, address = kind.address, bundle = kind.bundle, beta = beta,
      voice = not machine and not (mobile and few), sms = mobile or machine or kind.nanp and not few,
      mms = kind.nanp and not few, fax = fax and not mobile and not machine,
    }
    kind.variants[key] = known
  end
  return known
end

local function prepare (block, kind, draw)
  block.kind = kind
  block.space = 8 * 10 ^ (block.digits - 1) -- a subscriber's number starts with 2 to 9
  local step = math.floor(block.space * GOLDEN)
  while step % 2 == 0 or step % 5 == 0 do step = step + 1 end
  block.space, block.step = math.floor(block.space), step
  block.back = inverse(step, block.space)
  block.offset = draw(block.space)
  block.format = block.prefix .. "%0" .. block.digits .. "d"
  block.first = 0 -- everything before it is taken
end

local function new (seed)
  local draw = random.new(seed)
  local self = setmetatable({ countries = geography.countries(), by_country = {}, by_prefix = {}, taken = {},
    late = {}, late_for_sale = {} }, Inventory)
  for _, country in ipairs(self.countries) do
    self.by_country[country.code] = country
    for _, kind in ipairs(country.types) do
      country[kind.name] = kind
      kind.type, kind.country, kind.variants = kind.name, country.code, {}
      kind.nanp = country.code == "US" or country.code == "CA"
      for _, block in ipairs(kind.blocks) do
        if not block.kind then prepare(block, kind, draw) end -- two countries may share a block
        self.by_prefix[block.prefix] = block
      end
    end
  end
  return self
end

-- The i-th number of a block; nil for North American numbers that nobody can have (their exchange ends in 11).
local function number (block, i)
  local subscriber = (block.step * i + block.offset) % block.space + block.space / 8 * 2
  if block.kind.nanp and math.floor(subscriber / 10000) % 100 == 11 then return nil end
  return string.format(block.format, subscriber)
end

-- The block and the i of a number, or nil where its prefix is none of ours.
local function locate (self, phone_number)
  for length = 7, 4, -1 do
    local block = self.by_prefix[phone_number:sub(1, length)]
    if block and #phone_number == length + block.digits then
      local subscriber = tonumber(phone_number:match("^%d+$", length + 1))
      local v = (subscriber or -1) - block.space / 8 * 2
      if v < 0 or v >= block.space then return nil end
      return block, math.floor(block.back * ((v - block.offset) % block.space) % block.space)
    end
  end
end

local function entry (block, i)
  return block.places[i % #block.places + 1], variant(block.kind, i)
end

--- Where a number is and what it is: its place and its kind (country, type, address, bundle, beta, voice, sms, mms,
--- fax); nil for a number of no block here.
function Inventory:describe (phone_number)
  local block, i = locate(self, phone_number)
  if block then return entry(block, i) end
end

--- Whether a number can be bought.
function Inventory:has (phone_number)
  if self.taken[phone_number] then return false end
  if self.late_for_sale[phone_number] then return true end
  local block, i = locate(self, phone_number)
  return block ~= nil and i < STOCK and number(block, i) == phone_number
end

--- Takes a number out.
function Inventory:take (phone_number)
  local block, i = locate(self, phone_number)
  if i >= STOCK then
    if self.late_for_sale[phone_number] then self.late_for_sale[phone_number] = false end
    return
  end
  self.taken[phone_number] = true
  while block.first < STOCK do
    local first = number(block, block.first)
    if first and not self.taken[first] then break end
    block.first = block.first + 1
  end
end

--- Puts a number back.
function Inventory:put_back (phone_number)
  local block, i = locate(self, phone_number)
  if i < STOCK then
    self.taken[phone_number] = nil
    block.first = math.min(block.first, i)
    return
  end
  if self.late_for_sale[phone_number] == nil then table.insert(self.late, phone_number) end
  self.late_for_sale[phone_number] = true
end

--- The j-th number (from 1) that the account owns at the start.
function Inventory:owned (j)
  local blocks = self.by_country.US["local"].blocks
  while true do
    local block = blocks[(j - 1) % #blocks + 1]
    local found = number(block, STOCK + math.floor((j - 1) / #blocks))
    if found then return found end
    j = j + #blocks * 100000 -- an impossible number: one from far behind instead
  end
end

--- Calls visit(phone_number, place, kind) for what is for sale of a country's type, in an order that stays the same,
--- until visit answers true. block_passes(block) and entry_passes(place, kind) sort out early what visit need not see.
function Inventory:each (kind, block_passes, entry_passes, visit)
  local blocks, first = {}, STOCK
  for _, block in ipairs(kind.blocks) do
    if block_passes(block) then
      blocks[#blocks + 1] = block
      first = math.min(first, block.first)
    end
  end
  local function offer (block, i)
    local place, sort = entry(block, i)
    if not entry_passes(place, sort) then return false end
    local found = number(block, i)
    local gone = found == nil or self.taken[found] or i >= STOCK and not self.late_for_sale[found]
    return not gone and visit(found, place, sort)
  end
  for i = first, STOCK - 1 do
    for _, block in ipairs(blocks) do
      if i >= block.first and offer(block, i) then return end
    end
  end
  for _, found in ipairs(self.late) do
    local block, i = locate(self, found)
    if block.kind == kind and block_passes(block) and offer(block, i) then return end
  end
end

return { new = new }
