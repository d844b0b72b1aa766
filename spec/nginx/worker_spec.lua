-- What an nginx worker asks of us: not to be blocked, not to meet libcurl, to be told its phases, to be reloaded.

local core = require "twilio.core"
local faults = require "spec.support.faults"
local nginx = require "spec.support.nginx"

local HTTP = [[
  lua_ssl_trusted_certificate $ca;
  lua_socket_log_errors off;
  lua_shared_dict seen 1m;
  keepalive_timeout 0;
  init_worker_by_lua_block { local h = require "spec.nginx.handlers" h.note("init_worker", h.exchange) }
]]

local SERVER = [[
  location = /ping { content_by_lua_block { ngx.print "pong" } }
  location = /call {
    content_by_lua_block { local h = require "spec.nginx.handlers" ngx.print(h.exchange(h.origin)) }
  }
  location = /as { content_by_lua_block {
    local h = require "spec.nginx.handlers" ngx.print(h.exchange(h.origin, nil, ngx.var.arg_sid))
  } }
  location = /at { content_by_lua_block { ngx.print(require("spec.nginx.handlers").exchange(ngx.var.arg_origin)) } }
  location = /seen { content_by_lua_block { ngx.print(ngx.shared.seen:get(ngx.var.arg_name) or "nothing") } }
  location = /threads { content_by_lua_block {
    local h, threads = require "spec.nginx.handlers", {}
    for i = 1, 10 do threads[i] = ngx.thread.spawn(h.exchange, h.origin) end
    for i = 1, 10 do local _, said = ngx.thread.wait(threads[i]) ngx.print(said, " ") end
  } }
  location = /tasks { content_by_lua_block { ngx.print(require("spec.nginx.handlers").tasks()) } }
  location = /inside { content_by_lua_block {
    ngx.print(require("spec.nginx.handlers").inside(tonumber(ngx.var.arg_concurrency)))
  } }
  location = /handed_over { content_by_lua_block { ngx.print(require("spec.nginx.handlers").handed_over()) } }
  location = /orphans { content_by_lua_block {
    ngx.print(require("spec.nginx.handlers").orphans(ngx.var.arg_more))
  } }
  location = /beside { content_by_lua_block {
    ngx.print(require("spec.nginx.handlers").beside(ngx.var.arg_what))
  } }
  location = /cut_short { content_by_lua_block { ngx.print(require("spec.nginx.handlers").cut_short()) } }
  location = /group_cut_short { content_by_lua_block {
    ngx.print(require("spec.nginx.handlers").group_cut_short())
  } }
  location = /relay {
    access_by_lua_block { require("spec.nginx.handlers").begin_early() }
    content_by_lua_block { ngx.print(require("spec.nginx.handlers").end_late()) }
  }
  location = /crowd { content_by_lua_block { ngx.print(require("spec.nginx.handlers").crowd()) } }
  location = /ahead { content_by_lua_block { ngx.print(require("spec.nginx.handlers").ahead()) } }
  location = /ca_file { content_by_lua_block {
    local h = require "spec.nginx.handlers" ngx.print(h.exchange(h.origin, { ca_file = "/etc/passwd" }))
  } }
  location = /forget { content_by_lua_block { ngx.shared.seen:flush_all() } }
  location = /proxy { content_by_lua_block {
    local h, url = require "spec.nginx.handlers", ngx.unescape_uri(ngx.var.arg_url)
    ngx.print(h.exchange(h.origin, { proxy = url }))
  } }
  location = /phases {
    set_by_lua_block $x { local h = require "spec.nginx.handlers" h.note("set", h.exchange) }
    rewrite_by_lua_block { local h = require "spec.nginx.handlers" h.note("rewrite", h.exchange) }
    access_by_lua_block { local h = require "spec.nginx.handlers" h.note("access", h.exchange) }
    content_by_lua_block {
      local h = require "spec.nginx.handlers"
      local handle = ngx.timer.at(0, function () h.note("timer", h.exchange) end)
      h.note("content", h.exchange)
      ngx.print "done"
    }
    header_filter_by_lua_block { local h = require "spec.nginx.handlers" h.note("header_filter", h.exchange) }
    body_filter_by_lua_block { local h = require "spec.nginx.handlers" h.note("body_filter", h.exchange) }
    log_by_lua_block {
      local h = require "spec.nginx.handlers" h.note("log", h.exchange) h.note("log_tasks", h.threadless)
    }
  }
  location = /buy { content_by_lua_block { require("spec.nginx.handlers").buy() ngx.print "done" } }
  location = /buy_in_timer {
    lua_check_client_abort on;
    content_by_lua_block { ngx.timer.at(0, require("spec.nginx.handlers").buy) ngx.sleep(1) ngx.print "done" }
  }
]]

describe("inside an nginx worker", function ()
  local server, front

  setup(function ()
    server = faults.start()
    front = nginx.start{ main = "env UPSTREAM;", environment = "UPSTREAM=" .. server:url("good", "localhost"),
      http = HTTP:gsub("%$ca", server.ca), server = SERVER }
  end)
  teardown(function ()
    front:stop()
    server:stop()
  end)
  before_each(function () server:reset() end)

  -- The account owns so many numbers.
  local function own (count)
    local owned = {}
    for i = 1, count do owned[i] = ("+1415555%04d"):format(i) end
    server:own(owned)
  end

  local function soon (path, expected)
    local deadline, said = core.now() + 3, front:get(path)
    while said ~= expected and core.now() < deadline do
      core.sleep(0.02)
      said = front:get(path)
    end
    assert.equal(expected, said)
  end

  it("a call that waits stops no other request", function ()
    server:script("good", { requests = { { { wait = 0.6 }, "answer" } } })
    local started = core.now()
    local slow = front:begin "/call"
    repeat front.pool:step(0.01) until server:truth("good").requests == 1
    for _ = 1, 5 do assert.equal("pong", (front:get "/ping")) end
    assert.is_false(slow:done())
    assert.equal("404", (front:wait(slow)))
    assert.is_true(core.now() - started >= 0.59)
  end)

  it("ten threads wait at the same time", function ()
    server:script("good", { every_request = { { wait = 0.3 }, { reply = { status = 200 } } } })
    local started = core.now()
    assert.equal(("200 "):rep(10), (front:get "/threads"))
    assert.is_true(core.now() - started < 1.5)   -- one after the other: 3
  end)

  it("tasks are light threads, so many at a time, and answer in order", function ()
    server:script("good", { every_request = { { wait = 0.3 }, { reply = { status = 404 } } } })
    local started = core.now()
    assert.equal("1 api, 2 api, 3 api, 4 api, five, 6 api, 7 api, " ..
      "8 api, 9 api, 10 api", (front:get "/tasks"))
    local took = core.now() - started
    assert.is_true(took >= 0.85 and took < 2, took)   -- nine waits, three at a time; one after the other: 2.7
  end)

  for concurrency, waits in pairs{ [1] = 6, [2] = 3, [16] = 1 } do
    it("tasks, " .. concurrency .. " at a time, add to their own group, and cannot wait for it", function ()
      server:script("good", { every_request = { { wait = 0.1 }, { reply = { status = 404 } } } })
      local started = core.now()
      assert.equal("1 api, 11 api, 12 api, 13 api, 2 api, 3 api, " ..
        "a task cannot wait", (front:get("/inside?concurrency=" .. concurrency)))
      local took = core.now() - started
      assert.is_true(took >= waits * 0.1 and took < waits * 0.1 + 0.45, took)   -- one by one: 0.6
    end)
  end

  it("a walk that asks ahead may go on in another thread", function ()
    own(15)
    assert.equal("10, 5", (front:get "/handed_over"))
  end)

  it("tasks of a coroutine that has ended are somebody's again once they have ended, too", function ()
    assert.equal("a task cannot wait, orphan", (front:get "/orphans"))
    assert.equal("a task cannot wait, orphan, another", (front:get "/orphans?more=1"))
  end)

  for what, said in pairs{ sleep = "slept, 6", walk = "25, 25", buy = "+14155550199, 6" } do
    it("tasks leave alone what the thread that began them does meanwhile: " .. what, function ()
      own(25)
      assert.equal(said, (front:get("/beside?what=" .. what)), front:log())
    end)
  end

  it("a purchase whose wait nginx cuts short raises nothing: it may have been made", function ()
    server:script("good", { every_request = { { wait = 0.3 }, "answer" } })
    local said = front:get "/cut_short"
    assert.is_true(said == "ambiguous" or said == "+14155550198", said)
    assert.equal(1, server:truth("good").purchases["+14155550198"])
  end)

  it("tasks are waited for to their end, also where nginx cuts the wait short", function ()
    assert.equal("0.2, 0.3, 0.4", (front:get "/group_cut_short"), front:log())
  end)

  for how, said in pairs{ [""] = "done, 5", ["?exit=1"] = "the task was ended with its host's threads, 5" } do
    it("tasks and a walk of one phase come to an end in the next: /relay" .. how, function ()
      own(15)
      assert.equal(said, (front:get("/relay" .. how)), front:log())
    end)
  end

  it("tasks may be more at a time than nginx itself can wait for", function ()
    assert.equal("9000", (front:get "/crowd"))
  end)

  it("a page asked for in advance comes while the handler does something else, or is given up", function ()
    server:script("good", { requests = { { "hang" }, { { wait = 0.3 }, { reply = { status = 200 } } } } })
    local started = core.now()
    assert.equal("200 at once", (front:get "/ahead"))
    assert.is_true(core.now() - started < 3)   -- the handler waits not for what it gave up, which takes five seconds
  end)

  it("two accounts have no connection in common, and keep their own", function ()
    server:script("good", { every_request = { { reply = { status = 200 } } } })
    for i = 1, 4 do
      assert.equal("200", (front:get("/as?sid=AC" .. ("0"):rep(31) .. i % 2)))
    end
    local seen = {}
    for i, request in ipairs(server:truth("good").last) do seen[i] = request.connection end
    assert.not_equal(seen[1], seen[2])
    assert.same({ seen[1], seen[2] }, { seen[3], seen[4] })
  end)

  it("libcurl is not mapped", function ()
    assert.equal("404", (front:get "/call"))
    local maps = assert(io.open("/proc/" .. front:workers()[1] .. "/maps"))
    local text = maps:read("*a")
    maps:close()
    assert.truthy(text:find("twilio/core.so", 1, true))
    assert.is_nil(text:find("curl", 1, true))
  end)

  describe("a phase", function ()
    before_each(function ()
      server:script("good", { every_request = { { reply = { status = 200 } } } })
      assert.equal("done", (front:get "/phases"))
    end)

    for phase in ("rewrite access content timer"):gmatch "%S+" do
      it(phase .. " has sockets", function () soon("/seen?name=" .. phase, "200") end)
    end

    for phase in ("init_worker set header_filter body_filter log"):gmatch "%S+" do
      it(phase .. " has none, and is named in the failure", function ()
        soon("/seen?name=" .. phase, "config: nginx has no cosockets in its " .. phase .. " phase")
      end)
    end
  end)

  it("a task in a phase that has no threads is made in place, and answers that the phase has no sockets", function ()
    assert.equal("done", (front:get "/phases"))
    soon("/seen?name=log_tasks", "config: nginx has no cosockets in its log phase")
  end)

  describe("what nginx cannot do is a failure of kind config:", function ()
    it("to look a name up without a resolver", function ()
      assert.equal("config: nginx needs a `resolver` to look up api.invalid",
        (front:get "/at?origin=https://api.invalid"))
    end)

    it("to trust a file of the client's own", function ()
      assert.truthy((front:get "/ca_file"):find "^config: .*lua_ssl_trusted_certificate")
    end)

    for _, url in ipairs{ "https://127.0.0.1:1", "socks5://127.0.0.1:1", "http://", "http://a b", "http://a%0D%0Ab" } do
      it("to speak to a proxy like " .. url, function ()
        assert.truthy((front:get("/proxy?url=" .. url:gsub(" ", "%%20"))):find "^config: proxy")
      end)
    end
  end)

  it("a look-up that finds nobody is a dns failure", function ()
    local lonely = nginx.start{ main = "env UPSTREAM;", http = "resolver 127.0.0.1:1; resolver_timeout 1s; " ..
      HTTP:gsub("%$ca", server.ca), server = SERVER }
    local said = lonely:get "/at?origin=https://api.invalid"
    lonely:stop()
    assert.truthy(said:find "^dns: api.invalid could not be resolved", said)
  end)

  it("a refused connection is named, host and port", function ()
    local closed = server:url("closed", "localhost")
    local said = front:get("/at?origin=" .. closed)
    assert.equal(1, (said:find("connect: " .. closed:match("//(.*)") .. ": ", 1, true)), said)
  end)

  it("an https host that is an address is refused, for nginx cannot hold a certificate against it", function ()
    assert.truthy((front:get("/at?origin=" .. server:url("good", "127.0.0.1"))):find "^certificate: 127")
    assert.equal(0, server:truth("good").requests)
  end)

  it("a body over TLS that only the connection's end could end is not taken for whole", function ()
    server:script("good", { requests = { { { send = "HTTP/1.1 200 OK\r\n\r\n{\"a\":1" }, "close" } } })
    assert.truthy((front:get "/call"):find "^network: ")
  end)

  it("plain http, which is for loopback alone, passes every proxy by", function ()
    local behind = nginx.start{ main = "env UPSTREAM;", environment = "UPSTREAM=" .. server:url("plain", "localhost"),
      http = HTTP:gsub("%$ca", server.ca), server = SERVER }
    server:script("plain", { requests = { { { reply = { status = 200 } } } } })
    local said = behind:get("/proxy?url=http://me:pw@localhost:" .. server.ports.proxy)
    behind:stop()
    assert.equal("200", said)
    assert.equal(0, server:truth("proxy").connections)
  end)

  describe("a purchase", function ()
    -- Asks for it, and hangs up once it is on its way.
    local function hang_up_on (path)
      front:get "/forget"
      server:script("good", { requests = { { { wait = 0.3 }, "answer" } } })
      local exchange = front:begin(path)
      repeat front.pool:step(0.01) until server:truth("good").requests == 1
      exchange:close()
    end

    it("goes on when the client hangs up", function ()
      hang_up_on "/buy"
      soon("/seen?name=bought", "+14155550100")
      assert.equal(1, server:truth("good").purchases["+14155550100"])
    end)

    it("goes on in a timer where nginx drops handlers whose clients hang up", function ()
      hang_up_on "/buy_in_timer"
      soon("/seen?name=bought", "+14155550100")
      assert.equal(1, server:truth("good").purchases["+14155550100"])
    end)
  end)

  it("reloads under load lose no request", function ()
    server:script("good", { every_request = { { wait = 0.02 }, { reply = { status = 200 } } } })
    local flight, started, answered, reloads = {}, 0, 0, 0
    local before = front:workers()[1]
    repeat
      while #flight < 10 and reloads < 4 do
        flight[#flight + 1], started = front:begin "/call", started + 1
        if started % 40 == 0 then
          front:reload()
          reloads = reloads + 1
        end
      end
      front.pool:step(0.01)
      for i = #flight, 1, -1 do
        if flight[i]:done() then
          assert.equal("200", (front:wait(table.remove(flight, i))))
          answered = answered + 1
        end
      end
    until reloads == 4 and #flight == 0
    assert.equal(160, answered)
    assert.not_equal(before, front:workers()[1])
    assert.is_nil(front:log():find "signal 11")
  end)

  it("the log holds no credential", function ()
    server:script("good", { requests = { { "rst" } } })
    front:get "/call"
    local log = front:log()
    for _, secret in ipairs{ "hush", "Basic", "aHVza" } do assert.is_nil(log:find(secret, 1, true)) end
  end)
end)
