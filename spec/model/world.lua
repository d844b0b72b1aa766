-- A world to buy numbers in, in virtual time: Twilio, the network before it, and rivals. It keeps the truth about every
-- purchase. It knows nothing of the client; `answer`s leave it as { status, sent, record or records, timeout }, where a
-- lost one has no status.

local World = {}
World.__index = World

local months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

-- The same numbers on every Lua.
local function generator (seed)
  local state = seed % 2147483646 + 1
  return function ()
    state = state * 16807 % 2147483647
    return (state - 1) / 2147483646
  end
end

-- What can befall a POST; each is as likely as any other.
local faults = { "not_sent", "throttled", "lost_before", "lost_after", "hung_before", "hung_after", "error_before",
                 "error_after", "garbage", "truncated", "late" }

-- options: posts, reads (how many of each fail, of 1), rivals (in how many purchases one wants the number too), owned
-- (in how many the first number on offer is ours already)
local function new (seed, options)
  return setmetatable({ random = generator(seed), options = options, clock = 0 }, World)
end

-- Everything back to a fresh start, the clock and the random numbers aside.
function World:begin ()
  self.owner, self.shown, self.born, self.had, self.set, self.due, self.charges = {}, {}, {}, {}, {}, {}, 0
end

-- Twilio's date of a virtual moment, in whole seconds.
local epoch = 1700000000
local function date_of (moment, zone)
  local t = os.date("!*t", epoch + math.floor(moment))
  return ("Mon, %02d %s %d %02d:%02d:%02d %s"):format(t.day, months[t.month], t.year, t.hour, t.min, t.sec,
                                                      zone or "+0000")
end

-- Every purchase of ours comes with settings. Of a number that is ours already it is an update, which costs nothing.
local function apply (self, who, number, moment)
  if who == "us" and self.owner[number] ~= "rival" then self.set[number] = true end
  if self.owner[number] then return end
  self.owner[number] = who
  if who == "us" then
    self.charges = self.charges + 1
    self.born[number] = date_of(moment)
    self.shown[number] = moment + 2 * self.random()  -- lists lag behind
  end
end

-- Time passes, and what was to happen meanwhile happens in its order.
function World:advance (seconds)
  local ends = self.clock + seconds
  while #self.due > 0 do
    local first = 1
    for i = 2, #self.due do
      if self.due[i].at < self.due[first].at then first = i end
    end
    local event = self.due[first]
    if event.at > ends then break end
    table.remove(self.due, first)
    apply(self, event.who, event.number, event.at)
  end
  self.clock = ends
end

function World:later (who, number, seconds)
  self.due[#self.due + 1] = { at = self.clock + seconds, who = who, number = number }
end

-- Some numbers, a few of which a rival takes sooner (rather) or later.
function World:offer (count)
  local list = {}
  for i = 1, count do
    list[i] = ("+1415555%04d"):format(i)
    if self.random() < self.options.rivals then self:later("rival", list[i], 30 * self.random() ^ 4) end
  end
  if self.random() < self.options.owned then
    local number = list[1]
    self.had[number], self.owner[number], self.shown[number] = true, "us", self.clock
    self.born[number] = date_of(self.clock - 3600)
  end
  return list
end

local function record_of (self, number)
  return { sid = "PN" .. ("0"):rep(28) .. number:sub(-4), phone_number = number, date_created = self.born[number] }
end

-- Twilio processes a purchase: the number is ours (now, or already), or it is not for us.
local function process (self, number)
  apply(self, "us", number, self.clock)
  if self.owner[number] == "us" then return { status = 201, sent = 1, record = record_of(self, number) } end
  return { status = 400, sent = 1, code = 21422 }
end

function World:post (number, timeout)
  self:advance(0.05 + 0.4 * self.random())
  if self.random() >= self.options.posts then return process(self, number) end
  local fault = faults[math.floor(self.random() * #faults) + 1]
  if fault == "not_sent" then return { sent = 0 } end
  if fault == "throttled" then return { status = 429, sent = 1 } end
  if fault == "error_before" then return { status = 500, sent = 1 } end
  if fault == "garbage" then return { status = 200, sent = 1 } end
  if fault == "late" then
    if self.random() < 0.5 then self:advance(timeout) end
    self:later("us", number, 20 * self.random())
    return { sent = 1 }
  end
  if fault:find("after") or fault == "truncated" then process(self, number) end
  if fault:find("hung") then self:advance(timeout) end
  if fault == "error_after" then return { status = 502, sent = 1 } end
  if fault == "truncated" then return { status = 201, sent = 1 } end
  return { sent = 1 }
end

local function failing (self)
  self:advance(0.02 + 0.1 * self.random())
  if self.random() >= self.options.reads then return nil end
  return self.random() < 0.5 and { status = 503, sent = 1 } or { sent = 1 }
end

-- The list of what is ours, by number.
function World:list (number)
  local failed = failing(self)
  if failed then return failed end
  local seen = self.owner[number] == "us" and self.shown[number] <= self.clock
  return { status = 200, sent = 1, records = seen and { record_of(self, number) } or {} }
end

function World:search (numbers)
  local failed = failing(self)
  if failed then return failed end
  local records = {}
  for i, number in ipairs(numbers) do records[i] = { phone_number = number } end
  return { status = 200, sent = 1, records = records }
end

return { new = new, date_of = date_of, epoch = epoch, generator = generator }
