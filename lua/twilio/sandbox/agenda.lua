-- What is to happen later, in the order of its time. One queue, looked at on every request and by one recurring
-- timer: a timer for each event would lose events where timers are limited.

local Agenda = {}
Agenda.__index = Agenda

local function new () return setmetatable({ first = 1, last = 0 }, Agenda) end

--- Has action() called at that time; what has the same time keeps its order.
function Agenda:add (time, action)
  local i = self.last
  while i >= self.first and self[i].time > time do
    self[i + 1] = self[i]
    i = i - 1
  end
  self[i + 1] = { time = time, action = action }
  self.last = self.last + 1
end

--- The time of the next event, or nil.
function Agenda:next () return self.first <= self.last and self[self.first].time or nil end

--- Does what is due.
function Agenda:run (now)
  while self.first <= self.last and self[self.first].time <= now do
    local event = self[self.first]
    self[self.first] = nil
    self.first = self.first + 1
    event.action()
  end
end

return { new = new }
