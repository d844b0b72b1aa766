-- The catalogue of faults, 4.3: JSON that is none, envelopes that are not what was asked for, pages that lead
-- elsewhere. No socket: the client runs on a world of table literals with a clock of its own.

local catalogue = require "spec.support.catalogue"
local cjson = require "cjson.safe"

local PN, NUMBER = catalogue.PN, catalogue.NUMBER
local record, response, world, fails = catalogue.record, catalogue.response, catalogue.world, catalogue.fails
local LISTING = "/2010-04-01/Accounts/" .. catalogue.ACCOUNT .. "/IncomingPhoneNumbers.json"

local function page (records, next_uri)
  return response(200, ('{"incoming_phone_numbers":[%s],"next_page_uri":%s,"page":0,"page_size":50}'):format(
    table.concat(records, ","), next_uri and cjson.encode(next_uri) or "null"))
end

-- A read that gets this body each time; a purchase that gets it once and is then looked for.
local function read (body)
  local w = world{ response(200, body) }
  local value, err = catalogue.client(w).numbers.get_incoming{ sid = PN }
  return value, err, w
end

local function buy (body)
  local w = world{ response(201, body), page{ record(PN, NUMBER) } }
  return catalogue.client(w).numbers.buy{ phone_number = NUMBER }
end

local function list (body)
  return catalogue.client(world{ response(200, body) }).numbers.list_incoming{}
end

-- The body is no answer: a read tries again and says so, a purchase looks and finds the number.
local function unreadable (body)
  local value, err = read(body)
  fails({ kind = "protocol", attempts = 4, sent = true }, value, err)
  assert.is_nil(tostring(err):find(body, 1, true))
  local bought, info = buy(body)
  assert.equal(PN, (bought or {}).sid, tostring(info))
  assert.is_true(info.reconciled)
  return err, "a purchase: reconciled"
end

describe("faults of JSON and envelopes", function ()
  local fault = catalogue.faults(it)

  fault(61, "JSON cut short, of the length announced", function (came)
    came(unreadable((record(PN, NUMBER):sub(1, -9))))
  end)

  fault(62, "a byte order mark, garbage behind, two documents", function (came)
    for _, body in ipairs{ "\239\187\191" .. record(PN, NUMBER), record(PN, NUMBER) .. "x",
        record(PN, NUMBER) .. record(PN, NUMBER) } do
      came(unreadable(body))
    end
  end)

  fault(63, "JSON 33, 1,000 and 1,000,000 deep", function (came)
    for _, depth in ipairs{ 33, 1000, 1000000 } do
      came(unreadable(record(PN, NUMBER, ',"x":' .. ("["):rep(depth) .. ("]"):rep(depth))))
    end
  end)

  fault(64, "a key twice: the last one holds", function (came)
    local value = assert(read(record(PN, NUMBER, ',"friendly_name":"first","friendly_name":"last"')))
    assert.equal("last", value.friendly_name)
    came(value.friendly_name)
  end)

  fault(65, "NaN, Infinity, 1e999, 0x10, 01", function (came)
    for _, number in ipairs{ "NaN", "Infinity", "-Infinity", "1e999", "0x10", "01" } do
      came(unreadable(record(PN, NUMBER, ',"x":' .. number)))
    end
  end)

  fault(66, "whole numbers beyond 2^53", function (came)
    local value = assert(read(record(PN, NUMBER, ',"a":9007199254740993,"b":1e30,"c":415')))
    assert.is_true(value.a == 9007199254740992 or value.a == 9007199254740993)
    assert.equal(1e30, value.b)
    assert.equal("415", tostring(value.c))
    came("a = " .. tostring(value.a), "b = " .. tostring(value.b), "c = " .. tostring(value.c))
  end)

  fault(67, "invalid UTF-8, \\u0000, raw controls: kept as bytes; a raw NUL, a lone surrogate: no JSON", function (came)
    local value = assert(read(record(PN, NUMBER, ',"a":"x\\u0000y","b":"\255\254"')))
    assert.equal("x\0y", value.a)
    assert.equal("\255\254", value.b)
    value = assert(read(record(PN, NUMBER, ',"a":"x\1y"')))   -- the decoder is lenient there
    assert.equal("x\1y", value.a)
    unreadable(record(PN, NUMBER, ',"a":"x\0y"'))
    came(unreadable(record(PN, NUMBER, ',"a":"\\ud800"')))
  end)

  fault(68, "the list is missing, null, a string, full of strings", function (came)
    for _, body in ipairs{ "{}", '{"incoming_phone_numbers":null}', '{"incoming_phone_numbers":"none"}',
        '{"incoming_phone_numbers":{"a":1}}', '{"incoming_phone_numbers":["a"]}', "[]", "null", '"x"', "7" } do
      local value, err = list(body)
      came(fails({ kind = "protocol", attempts = 4 }, value, err))
    end
  end)

  fault(69, "a record without sid, null everywhere, unknown keys, a long string", function (came)
    local value, err = read('{"phone_number":"' .. NUMBER .. '"}')
    came(fails({ kind = "protocol" }, value, err))
    local more = ',"voice_url":null,"unheard_of":{"a":null},"long":"' .. ("x"):rep(4e6) .. '"'
    value = assert(read(record(PN, NUMBER, more)))
    assert.is_nil(value.voice_url)
    assert.same({}, value.unheard_of)
    assert.equal(4e6, #value.long)
  end)

  fault(70, "a list of 1,000,000 empty objects", function (came)
    local start = os.clock()
    local value = list('{"incoming_phone_numbers":[' .. ("{},"):rep(999999) .. "{}]}")
    local took = os.clock() - start
    assert.equal(1000000, #value.incoming_phone_numbers)
    assert.is_true(took < 2, "took " .. took .. " s")
    came(("%d records"):format(#value.incoming_phone_numbers))
  end)

  fault(71, "next_page_uri leads elsewhere", function (came)
    local other = LISTING:gsub("aaaa", "bbbb", 1)
    for _, uri in ipairs{ "https://evil.example/x", "//evil.example/x", "@evil.example/x", ".evil.example/x",
        "\\evil.example", LISTING .. "?a=\r\nX: y", other .. "?Page=1", "file:///etc/passwd",
        LISTING .. "?a=" .. ("x"):rep(65536), 7, { "x" }, LISTING .. "/../x", LISTING .. "?a#b", "", true } do
      local w = world{ page({ record(PN, NUMBER) }, uri) }
      local ok, err = pcall(function ()
        for _ in catalogue.client(w).numbers.each_incoming{} do end
      end)
      assert.is_false(ok, "followed " .. tostring(uri))
      came(fails({ kind = "protocol" }, nil, err))
      assert.equal(1, #w.requests)
    end
  end)

  fault(72, "next_page_uri leads to itself, round in a ring, on for ever", function (came)
    local function walk (answer, settings)
      local w = world{ answer }
      local ok, err = pcall(function ()
        for _ in catalogue.client(w).numbers.pages_incoming(settings or {}) do end
      end)
      assert.is_false(ok)
      return err, #w.requests
    end
    local err, requests = walk(page({ record(PN, NUMBER) }, LISTING .. "?Page=1&PageToken=PAx"))
    came(fails({ kind = "protocol" }, nil, err))
    assert.is_true(requests <= 3)
    local turn = 0
    err, requests = walk(function ()
      turn = turn + 1
      return page({ record(PN, NUMBER) }, LISTING .. "?Page=" .. turn % 2 .. "&PageToken=PAx")
    end)
    came(fails({ kind = "protocol" }, nil, err))
    assert.is_true(requests <= 8)
    err = walk(function (_, w)
      turn = turn + 1
      w.requests = {}   -- a walk of 100,000 pages is about flat memory, and so is its witness
      return page({}, LISTING .. "?Page=" .. turn .. "&PageToken=PAx")
    end)
    came(fails({ kind = "limit" }, nil, err))
  end)

  fault(73, "the third page fails: what came before it stands, and where to go on is told", function (came)
    local seen = {}
    local w = world{ page({ record("PN" .. ("1"):rep(32), NUMBER) }, LISTING .. "?Page=1"),
      page({ record("PN" .. ("2"):rep(32), NUMBER) }, LISTING .. "?Page=2"), response(403, '{"code":20003}') }
    local ok, err = pcall(function ()
      for number in catalogue.client(w).numbers.each_incoming{} do seen[#seen + 1] = number.sid end
    end)
    assert.is_false(ok)
    assert.equal(2, #seen)
    came(fails({ kind = "auth", resume = LISTING .. "?Page=2" }, nil, err))
  end)

  fault(74, "a record on two pages is given once", function (came)
    local one, two, three = "PN" .. ("1"):rep(32), "PN" .. ("2"):rep(32), "PN" .. ("3"):rep(32)
    local w = world{ page({ record(one, NUMBER), record(two, NUMBER) }, LISTING .. "?Page=1"),
      page{ record(two, NUMBER), record(three, NUMBER) } }
    local seen = {}
    for number in catalogue.client(w).numbers.each_incoming{} do seen[#seen + 1] = number.sid end
    assert.same({ one, two, three }, seen)
    came("3 of 3 once")
  end)

  fault(75, "an empty page with a next one", function (came)
    local w = world{ page({}, LISTING .. "?Page=1"), page{ record(PN, NUMBER) } }
    local seen = 0
    for _ in catalogue.client(w).numbers.each_incoming{} do seen = seen + 1 end
    assert.equal(1, seen)
    came("1 record")
  end)
end)
