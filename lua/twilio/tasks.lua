-- Tasks: functions that run side by side. A call inside one waits without holding up the others.
--
--   local tasks = client:tasks{ concurrency = 16 }       -- or twilio.tasks{ … }, of the environment's account
--   for number in client.numbers.each_incoming() do
--     tasks:add(client.numbers.update_incoming, { sid = number.sid, voice_url = url })
--   end
--   for i, result in ipairs(tasks:wait()) do … result[1], result[2] … end
--
-- A task is a coroutine that makes call after call. A transport with `step` starts its exchanges and asks here whether
-- the caller is a task that can pause. In nginx a task is a light thread instead (the transport has `crew`), and
-- nginx lets only who started one wait for it. With any other transport there is no coroutine of ours: the
-- calls are made where they are added, one after another, and what they yield is the event loop's.
--
-- Coroutines of the user's own, inside a task or around one, are not touched: what pauses is the task's own coroutine
-- and no other. A call from within one of them waits where it stands (the others' transfers go on meanwhile).

local errors = require "twilio.errors"
local settings = require "twilio.settings"

local unpack = rawget(table, "unpack") or rawget(_G, "unpack")
-- Plain 5.1 has none, and cannot yield from an iterator or under pcall either: there a call waits where it stands.
local isyieldable = rawget(coroutine, "isyieldable") or function () return false end
-- Closes what a coroutine that ends too early holds in `<close>` variables, where Lua has them.
local close = rawget(coroutine, "close") or function () end

local pause = {}  -- what a task that waits yields
local current     -- the task that runs now; its `outer` resumed it. Never a light thread: those change places unseen

local Task = {}
Task.__index = Task

local Tasks = {}
Tasks.__index = Tasks

-- The task that called, if it is one of this transport's and can pause here; else nil.
local function running (transport)
  local task = current
  if task and task.group.transport == transport and coroutine.running() == task.thread and isyieldable() then
    return task
  end
end

-- Makes a paused task ready to go on.
local function wake (task)
  local group = task.group
  if group.paused[task] == nil then return end
  if group.paused[task] then group.sleepers = group.sleepers - 1 end
  group.paused[task] = nil
  group:enqueue(task)
end

-- Has everybody who waits for the transport go on and hear that it is gone, in the groups that they wait for as well.
local function release (group)
  for task in pairs(group.paused) do
    wake(task)
    if task.inner then release(task.inner) end
  end
end

-- Has the transport work for so many seconds at most, or until a task can go on.
local function step (group, seconds)
  if group.transport:step(seconds) then release(group) end  -- closed, or forked
end

-- Ends this task's turn until somebody wakes it, or until a moment of the transport's clock. `awaited` is what it waits
-- for, and is closed where the task is given up.
function Task:pause (moment, awaited)
  local group = self.group
  group.paused[self], self.awaited = moment or false, awaited
  if moment then group.sleepers = group.sleepers + 1 end
  coroutine.yield(pause)
end

-- Keeps what the task's call came to, in the results that were the group's when it was made.
local function keep (task, ...)
  task.results[task.index] = { n = select("#", ...), ... }
end

-- Makes the next call that was added.
local function call_next (task)
  local group = task.group
  local index = group.started + 1
  local call, count = group.calls[index], group.counts[index]
  group.started, task.index, task.results = index, index, group.results
  group.calls[index], group.counts[index] = nil, nil
  keep(task, call[1](unpack(call, 2, count)))
end

-- All of a task where no coroutine of ours is around it: one call.
local function attempt (task)
  local ok, err = pcall(call_next, task)
  if not ok then keep(task, nil, err) end
  task.group.live = task.group.live - 1
end

-- What a task's coroutine runs: one call after another, as long as there are any. The first that raises ends it.
local function work (task)
  local group = task.group
  while group.started < group.added do call_next(task) end
end

-- Where a task's coroutine came back: at its end, at a pause, or at a yield of the function's own, which gives way: to
-- what is under way, and out of a group inside a task to everybody outside.
local function back (task, ok, value)
  local group = task.group
  if not ok then
    keep(task, nil, value)
    close(task.thread)
  end
  current = task.outer
  if coroutine.status(task.thread) == "dead" then
    group.live = group.live - 1
  elseif value ~= pause then
    group:enqueue(task)
    if running(group.transport) then coroutine.yield() else step(group, 0) end
  end
end

local function resume (task, ...)
  task.outer, current = current, task
  return back(task, coroutine.resume(task.thread, ...))
end

function Tasks:enqueue (task)
  self.last = self.last + 1
  self.ready[self.last] = task
  for waiter in pairs(self.waiters) do wake(waiter) end
end

function Tasks:dequeue ()
  local first = self.first
  local task = self.ready[first]
  if not task then return nil end
  self.ready[first] = nil
  if first == self.last then self.first, self.last = 1, 0 else self.first = first + 1 end
  return task
end

-- Can nobody wait for the group's light threads any more, nor need to: has their host ended them, or have they ended
-- and is who started them gone?
local function orphaned (group)
  local starter = group.starter
  return group.crew:gone() or group.live == 0 and starter and coroutine.status(starter) == "dead"
end

-- Forgets them; what they did not come to is told.
local function disband (group)
  for i = 1, group.started do
    group.results[i] = group.results[i] or { n = 2, nil, "the task was ended with its host's threads" }
  end
  group.starter, group.crew, group.threads, group.live = nil, nil, 0, 0
end

-- Is the caller one that can only add: a task of this group, also by way of another's; with light threads anybody but
-- who started those that run or are to be joined; where tasks are made one after another anybody, while one is?
function Tasks:inside ()
  if self.transport.crew then
    if self.crew and orphaned(self) then disband(self) end
    return self.live + self.threads > 0 and self.starter ~= coroutine.running()
  end
  if not self.transport.step then return self.live > 0 end
  local task = current
  while task and task.group ~= self do task = task.outer end
  return task ~= nil
end

-- Light threads: waits for one to end.
function Tasks:join ()
  self.crew:join()
  self.threads = self.threads - 1
end

-- Starts a task as a light thread, which whoever starts it is to join. Where there can be none, as in nginx's log
-- phase, its call is made here, and answers what such a phase allows.
function Tasks:spawn (task)
  local starter = coroutine.running()
  if not self.crew or starter ~= self.starter then
    self.starter, self.crew, self.threads = starter, self.transport:crew(), 0
  end
  if self.threads == self.concurrency then self:join() end
  if pcall(self.crew.spawn, self.crew, function () attempt(task) end) then
    self.threads = self.threads + 1
  else
    self.starter = false
    attempt(task)
  end
end

-- Starts tasks for what was added, as long as there is room.
function Tasks:start ()
  while self.live < self.concurrency and self.started < self.added do
    local task = setmetatable({ group = self }, Task)
    self.live = self.live + 1
    if self.transport.crew then
      self:spawn(task)
    elseif self.transport.step then
      task.thread = coroutine.create(work)
      resume(task, task)
    else
      attempt(task)
    end
  end
end

-- Wakes the sleepers whose moment has come; the seconds until the next one's, or nil.
function Tasks:rouse ()
  if self.sleepers == 0 then return nil end
  local now, first = self.transport:now(), math.huge
  local due = {}
  for task, moment in pairs(self.paused) do
    if moment and moment <= now then due[#due + 1] = task
    elseif moment and moment < first then first = moment end
  end
  for i = 1, #due do wake(due[i]) end
  return first - now
end

-- One step on: something that is ready runs, or we wait for something to become so.
function Tasks:turn ()
  local transport = self.transport
  if transport.crew then return self:join() end
  local left = self:rouse()
  local task = self:dequeue()
  if task then return resume(task) end
  local outer = running(transport)
  if outer then  -- a group inside a task: who drives that one drives us
    self.waiters[outer], outer.inner = true, self
    outer:pause(left and transport:now() + left)
    self.waiters[outer], outer.inner = nil, nil
    return
  end
  step(self, math.min(left or 60, 60))
end

-- Adds f(...). It starts at once where fewer than `concurrency` run; else this waits for one to end. Inside a task of
-- the same group it only queues: who began the group starts it, while it adds more or waits.
function Tasks:add (f, ...)
  if type(f) ~= "function" then errors.raise("tasks:add takes a function and its arguments", 2) end
  self.added = self.added + 1
  self.calls[self.added], self.counts[self.added] = { f, ... }, select("#", ...) + 1
  if self:inside() then return end
  self:start()
  while self.started < self.added do
    self:turn()
    self:start()
  end
end

-- Waits for all. Answers an array in the order of adding: of each what it returned, as { n = count, … }; of one that
-- raised { nil, error, n = 2 }, so that `result[1], result[2]` read like any call of this library. Afterwards the group
-- is as new. Inside a task of the same group it raises; in nginx in every thread but the one that began it.
function Tasks:wait ()
  if self:inside() then errors.raise("a task cannot wait for its own group, nor any thread but who began it", 2) end
  self:start()
  while self.live > 0 or self.threads > 0 do
    self:turn()
    self:start()
  end
  local results = self.results
  self.results, self.added, self.started = {}, 0, 0
  return results
end

-- Gives up what is not done: what was added does not begin, what waits does not go on. So ends, on Lua 5.4, a group
-- whose block ends (`local tasks <close> = …`), and one that nobody holds any more. Afterwards it is as new.
local function abandon (group)
  local left = group.paused
  for i = group.first, group.last do left[group.ready[i]] = false end
  group.calls, group.counts, group.results, group.added, group.started = {}, {}, {}, 0, 0
  group.ready, group.first, group.last, group.paused, group.sleepers = {}, 1, 0, {}, 0
  for task in pairs(left) do
    group.live = group.live - 1
    if task.awaited then task.awaited:close() end
    close(task.thread)
  end
  for waiter in pairs(group.waiters) do wake(waiter) end
end

Tasks.__close, Tasks.__gc = abandon, abandon

-- A group on this transport; or nil, err of kind config. options.concurrency: how many tasks run at a time, at most
-- (16). A mistake raises at the line of whoever called the function that calls this.
local function new (transport, options)
  if options == nil then options = {} end
  if type(options) ~= "table" then errors.raise("tasks take a table of options, not a " .. type(options), 3) end
  for name in next, options do
    if name ~= "concurrency" then errors.raise("tasks have no option " .. tostring(name) .. ", only concurrency", 3) end
  end
  local concurrency = rawget(options, "concurrency")
  if concurrency == nil then concurrency = 16 end
  if type(concurrency) ~= "number" then errors.raise("concurrency must be a number, not a " .. type(concurrency), 3) end
  if not (concurrency >= 1 and concurrency % 1 == 0) then
    return nil, settings.bad("concurrency", "must be a whole number from 1")
  end
  return setmetatable({
    transport = transport, concurrency = concurrency,
    calls = {}, counts = {}, results = {},                       -- by the order of adding
    added = 0, started = 0, live = 0,
    ready = {}, first = 1, last = 0,                             -- a queue
    paused = {}, sleepers = 0,                                   -- task -> its moment or false; how many have one
    waiters = {},                                                -- other groups' tasks that wait for one of ours
    threads = 0,                                                 -- nginx's, not joined yet; `starter` is whose
  }, Tasks)
end

return { new = new, running = running, wake = wake }
