-- The fault server for specs: starts it, scripts it, asks it what really happened, stops it.
--
--   local server = require("spec.support.faults").start()
--   server:script("good", { requests = { { "process", "close" } } })
--   … twilio.new{ api_url = server:url("good"), ca_file = server.ca } …
--   server:truth("good").purchases["+14155550100"]  --> 1
--   server:reset()   (before each test)     server:stop()   (at the end)
--
-- spec/support/fault_server.py says which listeners there are and what a script may hold.

local cjson = require "cjson.safe"

local faults = {}
local Server = {}
Server.__index = Server

local function shell (command)
  local pipe = assert(io.popen(command, "r"))
  local line = pipe:read("*l")
  pipe:close()
  return line
end

-- lua-cjson under 5.4 makes every number a float; a port is none.
local function integers (value)
  if type(value) == "number" then return math.floor(value) == value and math.floor(value) or value end
  if type(value) == "table" then
    for key, inner in pairs(value) do value[key] = integers(inner) end
  end
  return value
end

function faults.start ()
  local directory = assert(shell("mktemp -d"), "no scratch directory")
  local fifo = directory .. "/answers"
  assert(shell("mkfifo " .. fifo .. " && echo made"), "no pipe")
  local commands = assert(io.popen("exec python3 -B spec/support/fault_server.py " .. directory .. " >" .. fifo, "w"))
  commands:setvbuf("line")
  local self = setmetatable({ directory = directory, commands = commands, answers = assert(io.open(fifo, "r")) },
    Server)
  local hello = self:read()
  self.ports, self.ca, self.pid = hello.ports, hello.ca, hello.pid
  return self
end

function Server:read ()
  local line = assert(self.answers:read("*l"), "the fault server went away")
  local value = integers(assert(cjson.decode(line)))
  if value.error then error(value.error, 3) end
  return value
end

function Server:ask (command)
  self.commands:write(cjson.encode(command), "\n")
  self.commands:flush()
  return self:read()
end

-- What is to happen at a listener: { connections = { steps, … }, requests = { steps, … }, every_connection = steps,
-- every_request = steps }.
function Server:script (at, script)
  local command = { op = "script", at = at }
  for name, value in pairs(script) do command[name] = value end
  self:ask(command)
end

function Server:truth (at)
  return self:ask{ op = "truth", at = at }
end

-- Numbers that the account owns; numbers that somebody else bought.
function Server:own (numbers) self:ask{ op = "own", numbers = numbers } end
function Server:rival (numbers) self:ask{ op = "rival", numbers = numbers } end
function Server:reset () self:ask{ op = "reset" } end

function Server:url (at, host)
  local scheme = (at == "plain" or at == "proxy") and "http" or "https"
  return scheme .. "://" .. (host or at == "v6" and "[::1]" or "127.0.0.1") .. ":" .. self.ports[at]
end

function Server:stop ()
  self.commands:close()   -- the end of its input: it goes, and we wait for it
  self.answers:close()
end

return faults
