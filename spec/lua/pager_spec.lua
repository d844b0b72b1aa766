local pagers = require "twilio.pager"

-- A listing of pages: { "a b c", "d e", … } are the SIDs on each. `fail` maps a page's number to the error that its
-- first fetch meets; `next_uri` may replace what a page says is next.
local function listing (pages, fail, next_uri)
  local source = { fetched = {} }
  function source.get (_, plan)
    source.fetched[#source.fetched + 1] = plan.page
    local err = fail and fail[plan.page]
    if err then
      fail[plan.page] = nil
      return nil, err
    end
    local page = { records = {}, next_page_uri = plan.page < #pages and tostring(plan.page + 1) or nil }
    if next_uri then page.next_page_uri = next_uri(plan.page) end
    for sid in (pages[plan.page] or ""):gmatch("%S+") do page.records[#page.records + 1] = { sid = sid } end
    return page, { status = 200 }
  end
  function source.follow (_, plan, uri)
    if uri:find("evil") then return nil, { kind = "protocol", message = "not followed" } end
    return { page = tonumber(uri), request = plan.request }
  end
  function source.ahead () end
  return source
end

local function open (source, options)
  options = options or {}
  options.key = "records"
  local request = { operation = "list_things", method = "GET", url = "https://localhost/Things.json?PageSize=3" }
  return pagers.new(source, { page = options.uri and tonumber(options.uri) or 1, request = request }, nil, options)
end

local function sids (pager)
  local list = {}
  for record in pagers.each(pager) do list[#list + 1] = record.sid end
  return table.concat(list, " ")
end

local function sids_by_page (pager)
  local list = {}
  for page in pager do
    for _, record in ipairs(page.records) do list[#list + 1] = record.sid end
    list[#list + 1] = "|"
  end
  return table.concat(list, " ")
end

describe("a pager", function ()
  it("gives every record of every page once", function ()
    assert.equal("a b c d e f", sids(open(listing{ "a b c", "d e", "f" })))
    assert.equal("a b c | d e | f |", sids_by_page(open(listing{ "a b c", "d e", "f" })))
  end)

  it("gives nothing for an empty listing, and ends", function ()
    local pager = open(listing{ "" })
    assert.equal("", sids(pager))
    assert.is_nil(pager:next())
  end)

  it("asks for a page only when it is needed", function ()
    local source = listing{ "a b", "c d", "e f" }
    local next_record = pagers.each(open(source))
    next_record()
    next_record()
    assert.same({ 1 }, source.fetched)
    next_record()
    assert.same({ 1, 2 }, source.fetched)
  end)

  it("goes on behind an empty page that names a next one", function ()
    assert.equal("a b", sids(open(listing{ "a", "", "b" })))
  end)

  it("names no next page behind a page that its limit cut: the rest would be lost to whoever resumes there", function ()
    local cut, whole = open(listing{ "a b c", "d" }, { limit = 2 }), open(listing{ "a b", "c d" }, { limit = 2 })
    assert.is_nil(cut:next().next_page_uri)
    assert.is_string(whole:next().next_page_uri)
  end)

  it("stops at its limit without another request", function ()
    local source = listing{ "a b", "c d", "e f" }
    assert.equal("a b c d", sids(open(source, { limit = 4 })))
    assert.same({ 1, 2 }, source.fetched)
    assert.equal("a b | c |", sids_by_page(open(listing{ "a b", "c d" }, { limit = 3 })))
  end)

  it("leaves out what the page before had too", function ()
    assert.equal("a b c d e", sids(open(listing{ "a b c", "c d", "d e" })))
    assert.equal("a b c | d |", sids_by_page(open(listing{ "a b c", "c d" })))
  end)

  it("resumes at a URI", function ()
    assert.equal("c d e", sids(open(listing{ "a b", "c d", "e" }, { uri = "2" })))
  end)

  it("notices pages that lead back, however long the way round and the way there, before long", function ()
    for _, before in ipairs{ 0, 1, 5, 30 } do
      for length = 1, 40 do
        local source = listing({}, nil, function (page)
          return tostring(page <= before and page + 1 or before + 1 + (page - before) % length)
        end)
        local pager = open(source)
        local page, err
        repeat
          page, err = pager:next()
          assert.truthy(#source.fetched <= 2 * math.max(before, length) + length + 2)
        until not page
        assert.same({ "protocol", "list_things", "GET", "/Things.json" },
                    { err.kind, err.operation, err.method, err.path })
      end
    end
  end)

  it("bounds the number of pages", function ()
    local pager = open(listing({}, nil, function (page) return tostring(page + 1) end))
    local page, err
    repeat page, err = pager:next() until not page
    assert.equal("limit", err.kind)
  end)

  it("hands over a page before it complains about the next one's URI", function ()
    local pager = open(listing({ "a b" }, nil, function () return "http://evil" end))
    assert.equal(2, #pager:next().records)
    local page, err = pager:next()
    assert.is_nil(page)
    assert.same({ "protocol", 2, "http://evil" }, { err.kind, err.records, err.resume })
  end)

  it("tells how far it came when it fails, and tries that page again", function ()
    local pager = open(listing({ "a b", "c", "d" }, { [3] = { kind = "timeout" } }))
    pager:next()
    pager:next()
    local page, err = pager:next()
    assert.is_nil(page)
    assert.same({ "timeout", 3, "3" }, { err.kind, err.records, err.resume })
    assert.equal("d", pager:next().records[1].sid)
    assert.is_nil(pager:next())
  end)

  it("raises the error object out of both loops", function ()
    for _, loop in ipairs{ sids, sids_by_page } do
      local ok, err = pcall(loop, open(listing({ "a", "b" }, { [2] = { kind = "timeout" } })))
      assert.is_false(ok)
      assert.same({ kind = "timeout", records = 1, resume = "2" }, err)
    end
  end)

  it("fails at its first page when there was no way to ask for one", function ()
    local pager = pagers.new(nil, nil, { kind = "invalid" }, {})
    assert.same({ nil, { kind = "invalid", records = 0 } }, { pager:next() })
    assert.has_error(pagers.each(pager))
  end)

  it("is over once closed, and gives up what it had asked for in advance", function ()
    local source = listing{ "a", "b", "c" }
    local abandoned
    function source.ahead (_, plan)
      return { cancel = function () abandoned = plan.page end }
    end
    local pager = open(source)
    pager:next()
    pager:close()
    assert.equal(2, abandoned)
    assert.is_nil(pager:next())
    abandoned = nil
    pager:close()
    assert.is_nil(abandoned)
  end)

  -- A walk over a source that yields at each page; `sids` of what is read, by readers that share it.
  local function shared ()
    local source = listing{ "a b", "c d", "e f" }
    local get = source.get
    function source.get (self, plan)
      local page, info = get(self, plan)
      local err = coroutine.yield()
      if err then return nil, err end
      return page, info
    end
    return open(source)
  end

  local function reader (pager)
    return coroutine.create(function ()
      local page, err = pager:next()
      return page, err
    end)
  end

  it("has one reader: who waited while another took that page is told at its line, and no record is lost", function ()
    local pager = shared()
    local first, second = reader(pager), reader(pager)
    coroutine.resume(first)
    coroutine.resume(second)
    local _, page = coroutine.resume(second)
    assert.equal("a", page.records[1].sid)
    local ok, said = coroutine.resume(first)
    assert.is_false(ok)
    assert.matches("pager_spec.lua:%d+: this walk was read or closed elsewhere", said)
    local rest = ""
    for _ = 1, 2 do
      first = reader(pager)
      coroutine.resume(first)
      _, page = coroutine.resume(first)
      rest = rest .. page.records[1].sid .. page.records[2].sid
    end
    assert.equal("cdef", rest)
  end)

  it("that is closed while somebody waits for its page tells that reader", function ()
    local pager = shared()
    local waiting = reader(pager)
    coroutine.resume(waiting)
    pager:close()
    assert.matches("read or closed elsewhere", select(2, coroutine.resume(waiting)))
  end)

  it("goes on for the next reader where one was given up in the middle, or its page failed", function ()
    local pager = shared()
    local lost, failed, last = reader(pager), reader(pager), reader(pager)
    coroutine.resume(lost)
    coroutine.resume(failed)
    coroutine.resume(last)
    assert.equal("timeout", select(3, coroutine.resume(failed, { kind = "timeout" })).kind)
    assert.equal("a", select(2, coroutine.resume(last)).records[1].sid)
  end)

  it("hands over what it asked for in advance, and lets it come in meanwhile", function ()
    local driven, got = 0, {}
    local source = listing{ ("x "):rep(40), "y" }
    local get = source.get
    function source.get (self, plan, pending)
      got[#got + 1] = pending and pending.page or false
      return get(self, plan)
    end
    function source.ahead (_, plan)
      return { page = plan.page, drive = function () driven = driven + 1 end }
    end
    sids(open(source))
    assert.same({ false, 2 }, got)
    assert.equal(2, driven)
  end)

  it("lets go of a page's records as they are walked", function ()
    local source = listing{ "a b c" }
    local get, given = source.get, setmetatable({}, { __mode = "v" })
    function source.get (self, plan)
      local page = get(self, plan)
      for i, record in ipairs(page.records) do given[i] = record end
      return page
    end
    local next_record = pagers.each(open(source))
    next_record()
    next_record()
    collectgarbage()
    assert.same({ 3 }, { next(given) and (next(given)) })
    assert.equal("c", next_record().sid)
  end)

  it("keeps nothing of the pages behind it", function ()
    local pager = open(listing({}, nil, function (page) return tostring(page + 1) end))
    for _ = 1, 100 do pager:next() end
    collectgarbage()
    local before = collectgarbage("count")
    for _ = 1, 5000 do pager:next() end
    pager.source.fetched = {}
    collectgarbage()
    assert.truthy(collectgarbage("count") - before < 32)
  end)
end)
