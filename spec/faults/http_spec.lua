-- The catalogue of faults, 4.2, the first half: HTTP that is broken on the wire, over real sockets through libcurl.

local catalogue = require "spec.support.catalogue"
local faults = require "spec.support.faults"

local NUMBER = catalogue.NUMBER
local fails = catalogue.fails

local server, client

local function real (more)
  client = catalogue.real(server, "good", more)
  return client.numbers
end

-- One of these kinds.
local function one_of (kinds, err)
  assert.truthy((" " .. kinds .. " "):find(" " .. tostring(err.kind) .. " ", 1, true), tostring(err))
end

-- Every answer is made by `steps`: a read fails as one of `kinds` after that many attempts; a purchase that was made
-- and answered so is found; and the next call works.
local function broken (kinds, attempts, steps)
  server:reset()
  server:script("good", { every_request = steps })
  local numbers = real()
  local value, err = numbers.list_incoming{}
  assert.is_nil(value)
  one_of(kinds, err)
  fails({ attempts = attempts, sent = true }, value, err)
  server:reset()
  assert(numbers.list_incoming{})

  local first = { "process" }
  for _, step in ipairs(steps) do first[#first + 1] = step end
  server:reset()
  server:script("good", { requests = { first } })
  local record, info = numbers.buy{ phone_number = NUMBER }
  assert.equal(NUMBER, (record or {}).phone_number, tostring(info))
  assert.is_true(info.reconciled)
  assert.equal(1, server:truth("good").purchases[NUMBER])
  client:close()
  client = nil
  return err
end

-- The most memory this process ever had, in KiB.
local function peak ()
  for line in io.lines("/proc/self/status") do
    local size = line:match("^VmHWM:%s*(%d+)") or line:match("^VmRSS:%s*(%d+)")
    if size then return tonumber(size) end
  end
end

local function raw (text, times)
  return { send = text, times = times or 1 }
end

local OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
local EMPTY = '{"incoming_phone_numbers":[]}'

describe("faults of HTTP on the wire", function ()
  local fault = catalogue.faults(it)

  setup(function () server = faults.start() end)
  teardown(function () server:stop() end)
  before_each(function () server:reset() end)
  after_each(function ()
    if client then client:close() end
    client = nil
  end)

  fault(31, "a status line cut short", function (came)
    came(broken("network protocol", 4, { raw "HTTP/1.1 2", "close" }))
  end)

  fault(32, "headers cut short: libcurl is content, we are not", function (came)
    came(broken("network", 4, { raw "HTTP/1.1 201 Created\r\nContent-Le", "close" }))
  end)

  fault(33, "headers without end, a header of 200 MB", function (came)
    local before = peak()
    came(broken("limit", 1, { raw "HTTP/1.1 200 OK\r\n", raw("X: " .. ("y"):rep(1000) .. "\r\n", 200000) }))
    came(broken("limit", 1, { raw "HTTP/1.1 200 OK\r\nX: ", raw(("y"):rep(65536), 3200) }))
    assert.is_true(peak() - before < 4096, peak() - before .. " KiB")
  end)

  fault(34, "103 without end", function (came)
    came(broken("limit", 1, { raw("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", 100000) }))
  end)

  fault(35, "Content-Length: too long, too short, negative, no number, two", function (came)
    came(broken("network", 4, { { reply = { status = 200, body = EMPTY, length = 100 } }, "close" }))
    came(broken("protocol", 4, { { reply = { status = 200, body = EMPTY, length = 10 } } }))
    local function claims (length, body)
      local headers = { ["Content-Length"] = length }
      return { { reply = { status = 200, body = body, length = false, headers = headers } }, "close" }
    end
    for _, length in ipairs{ "-5", "abc", { "5", "7" } } do
      came(broken("protocol network", 4, claims(length, EMPTY)))
    end
    -- A length beyond all numbers libcurl takes for none: then JSON has to tell whether the body is whole.
    came(broken("protocol", 4, claims(("9"):rep(30), EMPTY:sub(1, -2))))
  end)

  fault(35, "bytes behind a body are no answer to the next request", function (came)
    local two = EMPTY .. OK .. "Content-Length: 2\r\n\r\n{}"
    server:script("good", { requests = { { { reply = { status = 200, body = two, length = #EMPTY } } } } })
    server:own{ NUMBER }
    local numbers = real()
    assert(numbers.list_incoming{})
    local page = assert(numbers.list_incoming{})
    assert.equal(NUMBER, page.incoming_phone_numbers[1].phone_number)
    came("the next answer is its own")
  end)

  fault(36, "chunks: cut short, of bad and of huge size, trailers without end", function (came)
    local head = OK .. "Transfer-Encoding: chunked\r\n\r\n"
    came(broken("network", 4, { raw(head .. "1d\r\n" .. EMPTY:sub(1, 9)), "close" }))
    came(broken("network", 4, { raw(head .. "1d\r\n" .. EMPTY .. "\r\n"), "close" }))
    came(broken("network protocol", nil, { raw(head .. "xyz\r\n" .. EMPTY .. "\r\n0\r\n\r\n"), "close" }))
    came(broken("network protocol", nil, { raw(head .. "-1d\r\n" .. EMPTY .. "\r\n0\r\n\r\n"), "close" }))
    came(broken("network protocol", nil, { raw(head .. ("f"):rep(40) .. "\r\n" .. EMPTY), "close" }))
    came(broken("limit", 1, { raw(head .. "1d\r\n" .. EMPTY .. "\r\n0\r\n"), raw("X: y\r\n", 100000) }))
  end)

  fault(37, "HTTP/0.9, and HTTP/2 where 1.1 was spoken", function (came)
    came(broken("protocol", 4, { raw "hello\r\n", "close" }))
    came(broken("protocol network", nil, { raw "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "close" }))
    came(broken("protocol network", nil, { raw "\0\0\18\4\0\0\0\0\0", "close" }))
  end)

  fault(38, "a body of 1 GB", function (came)
    local before = peak()
    came(broken("limit", 1, { raw(OK .. "Content-Length: 1073741824\r\n\r\n"), raw((" "):rep(65536), 16384) }))
    assert.is_true(peak() - before < 12 * 1024, peak() - before .. " KiB")
  end)

  fault(39, "a gzip bomb; gzip within gzip; cut short; not gzip at all; an unknown coding", function (came)
    collectgarbage()
    local before = peak()
    for _, codings in ipairs{ { "gzip" }, { "gzip", "gzip" } } do
      came(broken("limit", 1, { { reply = { status = 200, body = " ", ["repeat"] = 6e7, encode = codings } } }))
    end
    -- The cap is 8 MiB for each of two clients, whose garbage need not be collected yet.
    assert.is_true(peak() - before < 20 * 1024, peak() - before .. " KiB")
    local function coded (coding, body)
      return { { reply = { status = 200, body = body, headers = { ["Content-Encoding"] = coding } } } }
    end
    came(broken("protocol network", 4, coded("gzip", "\31\139\8\0\0\0\0\0\0\3\171\86")))
    came(broken("protocol", 4, coded("gzip", EMPTY)))
    came(broken("protocol", 4, coded("br", EMPTY)))
  end)

  fault(40, "200 with HTML: a portal's or a firewall's page", function (came)
    local html = { ["Content-Type"] = "text/html" }
    local page = { reply = { status = 200, body = "<html>please log in", headers = html } }
    local err = broken("protocol", 4, { page })
    assert.truthy(tostring(err):find("text/html", 1, true), tostring(err))
    assert.is_nil(tostring(err):find("log in", 1, true))
    came(err)
    server:reset()
    server:script("good", { requests = { { page } } })
    local _, info = assert(real().buy{ phone_number = NUMBER })
    assert.equal(2, info.attempts)
    assert.equal(1, server:truth("good").purchases[NUMBER])
  end)

  fault(41, "200 and 201 with an empty body", function (came)
    came(broken("protocol", 4, { { reply = { status = 200, body = "" } } }))
    came(broken("protocol", 4, { { reply = { status = 201, body = "" } } }))
  end)

  fault(42, "204 with a body; a release answered 200 with JSON", function (came)
    server:own{ NUMBER }
    local numbers = real()
    local sid = assert(numbers.list_incoming{}).incoming_phone_numbers[1].sid
    server:script("good", { requests = { { { reply = { status = 204, body = "{}" } } },
      { { reply = { status = 200, body = '{"a":1}' } } } } })
    for _ = 1, 2 do
      local gone, info = assert(numbers.release{ sid = sid })
      assert.same({ sid = sid, removed = true }, gone)
      assert.equal(1, info.attempts)
    end
    assert(numbers.list_incoming{})
    came("removed, removed")
  end)

  fault(43, "202, 206, 226, 299: the body decides", function (came)
    for _, status in ipairs{ 202, 206, 226, 299 } do
      server:reset()
      server:script("good", { requests = { { { answer = { status = status } } } } })
      local numbers = real()
      local record, info = numbers.buy{ phone_number = NUMBER }
      assert.equal(NUMBER, (record or {}).phone_number, tostring(info))
      assert.is_nil(info.reconciled)
      client:close()
      came(broken("protocol", 4, { { reply = { status = status, body = "{}" } } }))
    end
  end)

  fault(44, "301 302 303 307 308: never followed", function (came)
    local targets = { server:url("v6"), server:url("plain"), server:url("good") .. "/elsewhere", "file:///etc/passwd" }
    for _, status in ipairs{ 301, 302, 303, 307, 308 } do
      for _, target in ipairs(targets) do
        server:reset()
        local away = { reply = { status = status, headers = { Location = target } } }
        server:script("good", { every_request = { away } })
        local numbers = real()
        local value, err = numbers.list_incoming{}
        -- "protocol": HTTP that this client does not speak.
        came(fails({ kind = "protocol", status = status, attempts = 1 }, value, err))
        value, err = numbers.buy{ phone_number = NUMBER }
        fails({ kind = "ambiguous", maybe_applied = true }, value, err)
        assert.equal(0, server:truth("v6").connections + server:truth("plain").connections)
        for _, request in ipairs(server:truth("good").last) do assert.is_nil(request.target:find("elsewhere")) end
        client:close()
      end
    end
  end)

  fault(45, "304, though nothing was asked conditionally", function (came)
    came(broken("protocol api", nil, { { reply = { status = 304 } } }))
  end)

  fault(59, "statuses 000, 999, 1000", function (came)
    for _, status in ipairs{ "000", "999", "1000" } do
      came(broken("protocol", nil, { raw("HTTP/1.1 " .. status .. " X\r\nContent-Length: 29\r\n\r\n" .. EMPTY),
        "close" }))
    end
  end)
end)
