-- Walks a listing page by page in constant memory. It knows a page only by what it holds; the `source` gets it:
--   source:get(plan, pending) → page, info | nil, err
--   source:follow(plan, uri) → the plan of the page at uri | nil, err
--   source:ahead(plan, prefetch) → the page asked for in advance, with drive() and cancel(), or nil: then it comes when
--     wanted. `prefetch`: what the caller said of it, or nil

local errors = require "twilio.errors"

local pages_max = 100000

local Pager = {}
Pager.__index = Pager

-- `plan` is the first page's, or nil and then `err` says why there is none. `key` is where a page has its records;
-- `limit` how many records at most; `uri` where the walk resumes, if it does; `prefetch` as above.
local function new (source, plan, err, options)
  return setmetatable({ source = source, plan = plan, failed = err, key = options.key, limit = options.limit,
                        uri = options.uri, prefetch = options.prefetch, records = 0, pages = 0, power = 1,
                        seen = {} }, Pager)
end

local function failure (self, kind, message)
  return errors.of({ kind = kind, message = message }, self.plan.request)
end

-- A failure on the way tells how far the walk came, and where to resume it.
local function report (self, err)
  err.records, err.resume = self.records, self.uri
  return err
end

-- Leaves out of the page what the one before had too (a list that grew meanwhile shifts its rows), and what is beyond
-- the limit. A page that lost some to the limit names no next one: to resume there would be to skip them.
local function sift (self, page)
  local list, seen, kept = page[self.key], {}, 0
  local room = self.limit and self.limit - self.records
  for i = 1, #list do
    local record = list[i]
    list[i] = nil
    local sid = record.sid
    if not (sid and self.seen[sid]) then
      if room and kept >= room then
        page.next_page_uri = nil
      else
        kept = kept + 1
        list[kept] = record
      end
    end
    if sid then seen[sid] = true end
  end
  self.seen, self.records = seen, self.records + kept
end

-- A walk that comes by the same place twice never ends. The marker that each place is compared with moves on at every
-- power of two, so that a loop of any length is noticed, with one URI remembered.
local function loops (self, uri)
  if uri == self.marker then return true end
  if self.pages == self.power then self.marker, self.power = uri, self.power * 2 end
  return false
end

local function turn (self, uri)
  local plan, err
  if loops(self, uri) then
    err = failure(self, "protocol", "the listing's pages lead back to an earlier one")
  elseif self.pages >= pages_max then
    err = failure(self, "limit", "the listing has more than " .. pages_max .. " pages")
  else
    plan, err = self.source:follow(self.plan, uri)
  end
  self.uri, self.plan, self.failed = uri, plan, err
  if plan then self.pending = self.source:ahead(plan, self.prefetch) end
end

-- The next page; nil at the end; nil, err on failure, with err.records and err.resume. After a failure to get a page
-- the next call tries that page again. A walk has one reader: this raises where another moved it on meanwhile, which
-- shows in where it stands, so that a reader who is given up, or out of memory, leaves no mark that blocks the next.
function Pager:next ()
  if self.failed then return nil, report(self, self.failed) end
  local plan, pending = self.plan, self.pending
  if not plan then return nil end
  self.pending = nil
  local page, info = self.source:get(plan, pending)
  if not page then return nil, report(self, info) end
  if self.plan ~= plan then errors.raise("this walk was read or closed elsewhere while it waited for a page", 2) end
  self.pages = self.pages + 1
  sift(self, page)
  local uri = page.next_page_uri
  if uri and not (self.limit and self.records >= self.limit) then
    turn(self, uri)
  else
    self.plan = nil
  end
  return page, info
end

-- Ends the walk, and what was asked for in advance.
function Pager:close ()
  local pending = self.pending
  self.plan, self.failed, self.pending = nil, nil, nil
  if pending then pending:cancel() end
end

-- for page in pager do … end: raises the error object.
function Pager:__call ()
  local page, err = self:next()
  if err and not page then error(err) end
  return page
end

Pager.__close = Pager.close

local stride = 16  -- records between two looks at a page that is under way

-- An iterator over the records of all pages; raises the error object. `pager` may be anything that answers pages when
-- called and has `key`.
local function each (pager)
  local list, i = {}, 0
  return function ()
    i = i + 1
    if pager.pending and i % stride == 0 then pager.pending:drive() end
    while list[i] == nil do
      local page = pager()
      if not page then
        list, i = {}, 0
        return nil
      end
      list, i = page[pager.key], 1
    end
    local record = list[i]
    list[i] = nil  -- this page goes as it is walked, so that two are never held at a time
    return record
  end
end

return { new = new, each = each }
