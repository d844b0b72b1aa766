-- Twilio's paging. The rows of a page follow from its token: PA and the SID before the page, or PB and the SID after
-- it. Page only counts; without a token it says how many rows to skip.

local form = require "twilio.sandbox.form"
local json = require "twilio.sandbox.json"
local reply = require "twilio.sandbox.reply"

local DEFAULT_SIZE, MAX_SIZE = 50, 1000

local envelope = json.fields{ "end", "first_page_uri", "next_page_uri", "page", "page_size", "previous_page_uri",
  "start", "uri" }

local function uri_of (call, names, size)
  local parts = {}
  for _, name in ipairs(names) do
    local value = call.query[name]
    if value then parts[#parts + 1] = name .. "=" .. form.encode(value) end
  end
  parts[#parts + 1] = "PageSize=" .. string.format("%d", size)
  local base = call.path .. "?" .. table.concat(parts, "&")
  return function (page, token)
    return base .. "&Page=" .. string.format("%d", page) .. (token and "&PageToken=" .. token or "")
  end
end

local function collect (book, from, direction, passes, size)
  local rows = {}
  while #rows < size do
    from = book:step(from, direction, passes)
    if not from then break end
    rows[#rows + 1] = from
  end
  return rows
end

local function reverse (rows)
  local n = #rows
  for i = 1, math.floor(n / 2) do rows[i], rows[n + 1 - i] = rows[n + 1 - i], rows[i] end
end

-- The rows of the page that a query asks for; or nil and the error to answer.
local function rows_of (book, token, skip, passes, size)
  if not token then
    local from
    for _ = 1, skip do
      from = book:step(from, "older", passes)
      if not from then return {} end
    end
    return collect(book, from, "older", passes, size)
  end
  local side, sid = token:match("^P([AB])(%a%a%x+)$")
  local from = sid and book:at(sid)
  if not from then return nil, reply.bad(21481, "Invalid PageToken") end
  if side == "A" then return collect(book, from, "older", passes, size) end
  local rows = collect(book, from, "newer", passes, size)
  reverse(rows)
  return rows
end

local function whole (text, default)
  if text == nil or text == "" then return default end
  return #text <= 9 and text:find("^%d+$") and tonumber(text)
end

--- One page of a book's listing.
---   key      the name of the list
---   encode   from a record to JSON
---   filters  names of the query's filters, in the order of the page's URIs
---   passes   the test of a record, or nil for all
---   exact    the phone number that alone can match, or nil
local function list (call, book, options)
  local size, page = whole(call.query.PageSize, DEFAULT_SIZE), whole(call.query.Page, 0)
  if not size or size < 1 then return reply.bad(20422, "Invalid PageSize") end
  if size > MAX_SIZE then return reply.bad(20007, "Page size too large. The maximum page size is 1000.") end
  if not page then return reply.bad(20422, "Invalid Page") end

  local rows, err, more
  if options.exact then -- one record at most, and so one page
    local record = page == 0 and book:find(options.exact)
    rows = { record and (not options.passes or options.passes(book.listed_as(record))) and record or nil }
  else
    rows, err = rows_of(book, call.query.PageToken, page * size, options.passes, size)
    if not rows then return err end
    more = rows[1] and book:step(rows[#rows], "older", options.passes)
  end

  local uri = uri_of(call, options.filters or {}, size)
  local start = page * size
  local fields = {
    start = start, ["end"] = start + math.max(#rows - 1, 0), page = page, page_size = size,
    uri = uri(page, call.query.PageToken), first_page_uri = uri(0),
    next_page_uri = more and uri(page + 1, "PA" .. rows[#rows].sid) or nil,
    previous_page_uri = page > 0 and rows[1] and uri(page - 1, "PB" .. rows[1].sid) or nil,
  }
  local list_json = json.list(rows, function (row) return options.encode(book.listed_as(row)) end)
  return reply.ok('{"' .. options.key .. '":' .. list_json .. "," .. envelope(fields) .. "}")
end

return { list = list }
