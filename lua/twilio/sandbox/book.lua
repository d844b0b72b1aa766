-- A book keeps an account's records of one kind, newest first: an index by SID, and a ring of links so that a page is
-- found from its token in the time that its own rows take. A record that was removed keeps its links and its place in
-- the book: a page token that names it still works, as it must for a caller who removes while walking.
--
-- What is in the book and what its listing shows are two steps, because Twilio's lists lag behind.

local Book = {}
Book.__index = Book

--- An empty book. later(action) is called with what makes a change show in the listing.
local function new (later)
  local edge = {} -- before the newest and after the oldest
  edge.older, edge.newer = edge, edge
  return setmetatable({ edge = edge, by_sid = {}, listed = {}, later = later }, Book)
end

local function link (self, record)
  local edge = self.edge
  record.newer, record.older = edge, edge.older
  edge.older.newer, edge.older = record, record
  record.shown = true
  if record.phone_number then self.listed[record.phone_number] = record end
end

local function unlink (self, record)
  record.older.newer, record.newer.older = record.newer, record.older
  record.shown = false
  if record.phone_number then self.listed[record.phone_number] = nil end
end

function Book:add (record)
  self.by_sid[record.sid] = record
  self.later(function () link(self, record) end)
end

--- The record of that SID, or nil.
function Book:get (sid)
  local record = self.by_sid[sid]
  return record and not record.removed and record or nil
end

--- A function that goes through the records, in no order.
function Book:each ()
  local sid, record
  return function ()
    repeat sid, record = next(self.by_sid, sid) until not record or not record.removed
    return record
  end
end

function Book:remove (record)
  record.removed = true
  self.later(function () unlink(self, record) end)
end

--- To be called before a record changes: the listing goes on with what it is now, until the change is due.
function Book:changing (record)
  local old = {}
  for name, value in pairs(record) do old[name] = value end
  record.was = record.was or {}
  table.insert(record.was, old)
  self.later(function () table.remove(record.was, 1) end)
end

--- A record as the listing shows it.
function Book.listed_as (record) return record.was and record.was[1] or record end

--- The record that the listing shows for a phone number, or nil.
function Book:find (phone_number) return self.listed[phone_number] end

--- Where the listing has (or had) the record of that SID, or nil.
function Book:at (sid)
  local record = self.by_sid[sid]
  return record and record.older and record
end

--- The next shown record from there in a direction ("older" or "newer") that passes the filter, or nil.
function Book:step (from, direction, passes)
  local node = (from or self.edge)[direction]
  while node ~= self.edge do
    if node.shown and (not passes or passes(self.listed_as(node))) then return node end
    node = node[direction]
  end
end

return { new = new }
