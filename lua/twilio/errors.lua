-- The error value: one shape for every failure of the world. A table of what is known, readable as text. And how a
-- mistake in the code is raised, which is a message with a place.

local Error = { __metatable = "twilio.error" }

-- `kind: message (METHOD path, status 404, code 20404, request RQ…)`. Nothing else of the table is shown.
function Error:__tostring ()
  local notes = {}
  if self.method and self.path then notes[1] = self.method .. " " .. self.path end
  if self.status then notes[#notes + 1] = "status " .. self.status end
  if self.code then notes[#notes + 1] = "code " .. self.code end
  if self.request_id then notes[#notes + 1] = "request " .. self.request_id end
  local text = tostring(self.kind) .. ": " .. tostring(self.message)
  if #notes == 0 then return text end
  return text .. " (" .. table.concat(notes, ", ") .. ")"
end

function Error.__concat (a, b)
  return tostring(a) .. tostring(b)
end

-- The table `fields`, from now on an error. It must have `kind` and `message`; without counts nothing was sent.
local function new (fields)
  if fields.attempts == nil then fields.attempts, fields.sent = 0, false end
  if fields.retryable == nil then fields.retryable = false end
  return setmetatable(fields, Error)
end

-- The URL's path, without host and query: those may hold what is private.
local function path (request)
  return request.url:match("^%a+://[^/]*([^?#]*)")
end

-- Fills in whose failure this is.
local function of (err, request)
  err.operation = err.operation or request.operation
  err.method = err.method or request.method
  err.path = err.path or path(request)
  return new(err)
end

local ours = debug.getinfo(1, "S").source:match("^(.*)errors%.lua$") or "\n"  -- how the library's files begin

-- error(message, level), but where that level is no line of the caller's, as after a tail call, from C or in a task, at
-- the next above that is one.
local function raise (message, level)
  local place = level + 1
  local info = debug.getinfo(place, "Sl")
  while info and (info.currentline < 1 or info.source:sub(1, #ours) == ours) do
    place = place + 1
    info = debug.getinfo(place, "Sl")
  end
  error(message, place)
end

return { new = new, of = of, path = path, raise = raise }
