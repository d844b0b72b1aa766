-- The sandbox over HTTP: its front in nginx, and the script that serves it.

local core = require "twilio.core"
local curl = require "twilio.curl"
local nginx = require "spec.support.nginx"
local reply = require "twilio.sandbox.reply"
local sandbox = require "spec.support.sandbox"
local system = require "spec.support.system"

local shell = system.shell

local NUMBERS = "/IncomingPhoneNumbers.json"

describe("the sandbox over HTTP", function ()
  local server
  setup(function () server = sandbox.start() end)
  teardown(function () server:stop() end)
  before_each(function () server:reset() end)

  local function buy (options)
    options = options or {}
    options.body, options.fresh = options.body or "AreaCode=415", options.fresh ~= false
    return server:request("POST", NUMBERS, options)
  end

  local function strike (fault, more)
    local rule = { method = "POST", path = "IncomingPhoneNumbers", fault = fault }
    for name, value in pairs(more or {}) do rule[name] = value end
    server:faults{ rules = { rule } }
  end

  local function charges () return #server:state().charges end

  -- Waits until a condition holds, for some seconds at most.
  local function soon (holds)
    local deadline = core.now() + 5
    repeat
      local held = holds()
      if held then return held end
      core.sleep(0.02)
    until core.now() > deadline
    return false
  end

  it("sells, keeps and shows a number", function ()
    local response = buy()
    assert.equal(201, response.status)
    local sid = response.body:match('"sid":"(PN%x+)"')
    local fetched = server:request("GET", "/IncomingPhoneNumbers/" .. sid .. ".json")
    assert.same({ 200, response.body }, { fetched.status, fetched.body })
    assert.equal(1, charges())
    assert.same({ 204, "" }, (function ()
      local removed = server:request("DELETE", "/IncomingPhoneNumbers/" .. sid .. ".json")
      return { removed.status, removed.body }
    end)())
    assert.equal(404, server:request("GET", "/IncomingPhoneNumbers/" .. sid .. ".json").status)
  end)

  it("sends the headers that the state machine gives, and its length", function ()
    local response = server:request("GET", NUMBERS)
    assert.same({ "application/json", "api.twilio.com", tostring(#response.body) }, { response.headers["content-type"],
      response.headers["x-api-domain"], response.headers["content-length"] })
    assert.truthy(response.headers["twilio-request-id"]:find("^RQ%x+$"))
    for _, answer in ipairs{ response, server:request("GET", "/IncomingPhoneNumbers/PN0.json") } do
      for name, value in pairs(reply.constant) do assert.equal(value, answer.headers[name], name) end
    end
  end)

  it("refuses wrong credentials", function ()
    local response = server:request("GET", NUMBERS, { account = server:user(server.account_sid, "wrong") })
    assert.equal(401, response.status)
    assert.equal('Basic realm="Twilio API"', response.headers["www-authenticate"])
    local key = server:user(server.api_key, server.api_secret)
    assert.equal(200, server:request("GET", NUMBERS, { account = key }).status)
  end)

  describe("over TLS", function ()
    local function ask (pool)
      local account = core.account{ account_sid = server.account_sid, user = server.account_sid,
        secret = server.auth_token, api_url = server.tls_url }
      local response, failure = pool:perform{ method = "GET", headers = {}, account = account, timeout = 10,
        url = server.tls_url .. "/2010-04-01/Accounts/" .. server.account_sid .. NUMBERS }
      pool:close()
      return response, failure
    end

    it("is who its authority says", function ()
      assert.equal(200, ask(curl.pool{ proxy = "", ca_file = server.ca_file }).status)
    end)

    it("is nobody without its authority", function ()
      local _, failure = ask(curl.pool{ proxy = "" })
      assert.equal("certificate", failure.kind)
    end)
  end)

  describe("carries out faults:", function ()
    it("throttle", function ()
      strike("throttle", { retry_after = 2 })
      local response = buy()
      assert.same({ 429, "2", 0 }, { response.status, response.headers["retry-after"], charges() })
    end)

    it("error and error_after", function ()
      strike("error", { status = 503 })
      assert.same({ 503, 0 }, { buy().status, charges() })
      strike("error_after", { status = 500 })
      assert.same({ 500, 1 }, { buy().status, charges() })
    end)

    for fault, case in pairs{ drop_before = { 0, "without a response" }, drop_after = { 1, "without a response" },
                              truncate = { 1, "inside the response's body" } } do
      it(fault, function ()
        strike(fault)
        local response, failure = buy()
        assert.is_nil(response)
        assert.same({ "network", case[1] }, { failure.kind, charges() })
        assert.truthy(failure.message:find(case[2], 1, true), failure.message)
      end)
    end

    it("garbage", function ()
      strike("garbage")
      local response = buy()
      assert.same({ 200, "text/html", 0 }, { response.status, response.headers["content-type"], charges() })
    end)

    it("delay: processed at once, answered later", function ()
      strike("delay", { seconds = 0.8 })
      local began = core.now()
      assert.equal(201, buy().status)
      assert.is_true(core.now() - began >= 0.79)
      local _, failure = buy{ timeout = 0.4 }
      assert.same({ "timeout", 2 }, { failure.kind, charges() })
    end)

    it("late: cut at once, processed later, with no request to help", function ()
      strike("late", { seconds = 0.8 })
      local _, failure = buy()
      assert.equal("network", failure.kind)
      assert.equal(0, charges())
      core.sleep(1)
      assert.equal(1, charges())
    end)

    it("a drop on a kept connection has libcurl send again", function ()
      buy{ fresh = false }
      strike("drop_after", { times = 1 })
      local response = buy{ fresh = false }
      assert.same({ 201, 2, 3 }, { response.status, response.sent, charges() })
    end)
  end)

  describe("is controlled:", function ()
    it("reset with settings", function ()
      server:reset{ numbers = 3, seed = 5 }
      assert.equal(3, #server:state().owned)
      server:reset()
      assert.same({ 0, 0 }, { #server:state().owned, server:state().requests })
    end)

    it("empty lists are lists", function ()
      local response = server.pool:perform{ method = "GET", url = server.url .. "/_sandbox/state", headers = {},
        account = server.account, timeout = 10 }
      for _, name in ipairs{ "charges", "releases", "verification_calls", "owned", "callbacks" } do
        assert.truthy(response.body:find('"' .. name .. '":[]', 1, true), name)
      end
      assert.truthy(response.body:find('"faults":{}', 1, true))
    end)

    it("refuses what makes no sense with 400, and what does not exist with 404", function ()
      for _, case in ipairs{ { "reset", { colour = "blue" } }, { "faults", { rules = { { fault = "flood" } } } } } do
        local answer, status = server:control("POST", case[1], case[2])
        assert.equal(400, status)
        assert.is_string(answer.message)
      end
      assert.equal(404, select(2, server:control("GET", "nothing")))
      assert.equal(404, select(2, server:control("GET", "reset")))
    end)

    it("control calls are no requests", function ()
      server:state()
      assert.equal(0, server:state().requests)
    end)
  end)

  describe("verifies caller IDs:", function ()
    local listener
    setup(function ()
      listener = nginx.start{ http = "lua_shared_dict seen 1m;", server = [[
        location /heard { content_by_lua_block { ngx.print(ngx.shared.seen:get("request") or "") } }
        location / { content_by_lua_block {
          ngx.req.read_body()
          ngx.shared.seen:set("request", table.concat({ ngx.req.get_method(), ngx.var.request_uri,
            ngx.var.http_x_twilio_signature or "", ngx.req.get_body_data() or "" }, "\n"))
        } }]] }
    end)
    teardown(function () listener:stop() end)

    local function verify (more)
      server:reset{ verification_delay = 0.1 }
      local response = server:request("POST", "/OutgoingCallerIds.json",
        { body = "PhoneNumber=%2B14158675309&StatusCallback=" .. more })
      assert.equal(200, response.status)
    end

    local function heard (word)
      local text = soon(function ()
        local said = listener:get("/heard")
        return said:find(word, 1, true) and said
      end)
      assert.truthy(text, "no callback")
      return text:match("^(%u+)\n([^\n]*)\n([^\n]*)\n(.*)$")
    end

    -- What openssl says the signature is.
    local function signature (text)
      local path = os.tmpname()
      local file = assert(io.open(path, "w"))
      file:write(text)
      file:close()
      local out = shell(("openssl dgst -sha1 -hmac %s -binary %s | base64"):format(server.auth_token, path))
      os.remove(path)
      return out
    end

    it("the StatusCallback is really posted, signed", function ()
      verify(listener.url .. "/posted")
      local method, uri, signed, body = heard("/posted")
      assert.same({ "POST", "/posted" }, { method, uri })
      assert.truthy(body:find("VerificationStatus=success", 1, true) and body:find("To=%2B14158675309", 1, true))
      local fields = require "twilio.sandbox.form".parse(body)
      local names, text = {}, listener.url .. "/posted"
      for name in pairs(fields) do names[#names + 1] = name end
      table.sort(names)
      for _, name in ipairs(names) do text = text .. name .. fields[name] end
      assert.equal(signature(text), signed)
      assert.equal(fields.OutgoingCallerIdSid,
        server:request("GET", "/OutgoingCallerIds.json").body:match('"sid":"(PN%x+)"'))
      assert.is_true(server:state().callbacks[1].sent)
    end)

    it("or got, with its fields in the query", function ()
      verify(listener.url .. "/got?a=1&StatusCallbackMethod=GET")
      local method, uri, signed = heard("/got")
      assert.equal("GET", method)
      assert.truthy(uri:find("^/got%?a=1&") and uri:find("VerificationStatus=success", 1, true))
      assert.equal(signature(listener.url .. uri), signed)
    end)

    it("to this machine alone: others are written down", function ()
      verify("http://192.0.2.1/x")
      assert.truthy(soon(function () return #server:state().callbacks == 1 end))
      core.sleep(0.1)
      assert.same({ false, "http://192.0.2.1/x" },
        { server:state().callbacks[1].sent, server:state().callbacks[1].url })
    end)
  end)

  it("serves more than a thousand connections at a time", function ()
    local count = [[ulimit -n 2048; python3 -c "if True:
      import socket
      many = [socket.create_connection(('127.0.0.1', %s)) for _ in range(1100)]
      for one in many: one.sendall(b'GET /_sandbox/state HTTP/1.0\r\n')
      for one in many: one.sendall(b'\r\n')
      print(sum(one.recv(12).endswith(b'200') for one in many))" 2>&1]]
    assert.equal("1100", shell(count:format(server.url:match "%d+$")))
  end)

  local many = rawget(_G, "jit") and 100000 or 20000   -- once is enough: it is nginx that does the work

  it("pages through " .. many .. " numbers, each once", function ()
    server:reset{ numbers = many }
    local seen, count, repeated = {}, 0, 0
    local uri = NUMBERS .. "?PageSize=1000"
    while uri do
      local body = server:request("GET", uri).body
      for sid in body:gmatch('"sid":"(PN%x+)"') do
        if seen[sid] then repeated = repeated + 1 end
        seen[sid], count = true, count + 1
      end
      uri = body:match('"next_page_uri":"/2010%-04%-01/Accounts/%w+([^"]*)"')
    end
    assert.same({ many, 0 }, { count, repeated })
  end)
end)

describe("the script that serves the sandbox", function ()
  for _, signal in ipairs{ "TERM", "INT" } do
    it("stops on SIG" .. signal .. " and leaves nothing behind", function ()
      local server = sandbox.start()
      server.pool:close()
      local left = shell(([[
        nginx=$(cat $dir/run/nginx.pid); kill -$signal $pid
        for _ in $(seq 250); do [ -e $dir/run ] || kill -0 $nginx 2>/dev/null || break; sleep 0.02; done
        ls $dir; cat $dir/err; rm -rf $dir]]):gsub("%$(%l+)",
        { dir = server.directory, pid = server.pid, signal = signal }))
      assert.equal("err\nout", left)
    end)
  end

  it("says why it cannot start, and leaves nothing behind", function ()
    local server = sandbox.start()
    local port = server.url:match("%d+$")
    local said = shell(([[d=$(mktemp -d); PORT=%s TLS_PORT=0 lua/twilio/sandbox/serve $d/run 2>&1; echo "status $?"
      ls $d; rmdir $d]]):format(port))
    server:stop()
    assert.truthy(said:find("Address already in use", 1, true))
    assert.truthy(said:find("sandbox: nginx did not start\nstatus 1$"), said)
  end)

  -- What commands say that may `start` the sandbox in the directory $d and `stop` it.
  local function say (commands)
    return shell([[exec 2>&1; d=$(mktemp -d)
      start () {
        rm -f $d.said
        PORT=0 TLS_PORT=0 lua/twilio/sandbox/serve $d >$d.said 2>&1 </dev/null & pid=$!
        while kill -0 $pid && ! grep -q api_secret $d.said; do sleep 0.02; done 2>/dev/null
      }
      stop () { kill $pid; wait $pid; }
      ]] .. commands .. "; rm -rf $d $d.said")
  end

  it("removes nothing that it did not make, not even the directory", function ()
    assert.equal("mine", say"echo 1 >$d/mine; start; stop; ls $d")
    assert.equal("there", say"start; stop; [ -d $d ] && echo there")
  end)

  it("does not start where a name of its own is somebody else's", function ()
    local said = say"echo mine >$d/nginx.conf; start; cat $d.said; ls $d; cat $d/nginx.conf"
    assert.truthy(said:find("^sandbox: %S+ holds a nginx.conf that is none of the sandbox's"), said)
    assert.truthy(said:find("\nnginx.conf\nmine$"), said)
  end)

  it("starts again over what a run left that was killed, and tidies it up", function ()
    assert.equal("ca.pem\n1", say[[start; cp -r $d $d.left; stop; mv $d.left/* $d; rmdir $d.left; rm $d/nginx.pid
      ls $d | grep ^ca.pem; start; grep -c api_secret $d.said; stop; ls $d]])
  end)
end)
