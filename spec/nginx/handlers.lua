-- What the locations of worker_spec.lua's nginx do. UPSTREAM and its like are of the environment.

local core = require "twilio.core"
local cosocket = require "twilio.transport.cosocket"
local twilio = require "twilio"

local SID = "AC" .. ("b2"):rep(16)
local seen = ngx.shared.seen
local origin = os.getenv "UPSTREAM"

-- One exchange with an origin: "status" or "kind: message".
local function exchange (at, settings, sid)
  local transport, failure = cosocket.new(settings or {})
  if not transport then return failure.kind .. ": " .. failure.message end
  sid = sid or SID
  local account = assert(core.account{ account_sid = sid, user = sid, secret = "hush", api_url = at })
  local response
  response, failure = transport:send{
    method = "GET", url = at .. "/x.json", headers = {}, account = account, timeout = 5,
  }
  return response and tostring(response.status) or failure.kind .. ": " .. failure.message
end

local function buy ()
  local numbers = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin }).numbers
  local number, err = numbers.buy{ phone_number = "+14155550100" }
  seen:set("bought", number and number.phone_number or tostring(err))
end

-- Ten tasks, three at a time; the fifth fails. What each of them came to.
local function tasks ()
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group = client:tasks{ concurrency = 3 }
  for i = 1, 10 do
    group:add(function ()
      if i == 5 then error "five" end
      local _, err = client.numbers.get_incoming{ sid = "PN" .. ("c3"):rep(16) }
      return i, err.kind
    end)
  end
  local said = {}
  for i, result in ipairs(group:wait()) do
    said[i] = result[1] and result[1] .. " " .. result[2] or tostring(result[2]):match "[^ ]*$"
  end
  return table.concat(said, ", ")
end

-- Tasks that add to their own group, and one that waits for it: what all came to, the ones added inside last.
local function inside (concurrency)
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group = client:tasks{ concurrency = concurrency }
  local function look (i)
    local _, err = client.numbers.get_incoming{ sid = "PN" .. ("c3"):rep(16) }
    return i .. " " .. err.kind
  end
  for i = 1, 3 do
    group:add(function ()
      group:add(look, 10 + i)
      return look(i)
    end)
  end
  group:add(function () group:wait() end)
  local said = {}
  for i, result in ipairs(group:wait()) do
    said[i] = result[1] or tostring(result[2]):match "handlers.lua:%d+: (a task cannot wait)"
  end
  table.sort(said)
  return table.concat(said, ", ")
end

-- A call in a task, at a phase that has no light threads: what it came to.
local function threadless ()
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group = client:tasks()
  group:add(client.numbers.list_incoming)
  local err = group:wait()[1][2]
  return err.kind .. ": " .. err.message
end

-- Tasks of a coroutine that has ended: what who waits for them too early hears, and what all came to;
-- with `more`, another beside them.
local function orphans (more)
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group = client:tasks()
  local function pause (value)
    ngx.sleep(0.1)
    return value
  end
  coroutine.wrap(function () group:add(pause, "orphan") end)()
  local _, early = pcall(group.wait, group)
  ngx.sleep(0.2)
  if more then group:add(pause, "another") end
  local results = group:wait()
  return early:match "a task cannot wait" .. ", " .. results[1][1] .. (more and ", " .. results[2][1] or "")
end

-- What the thread that began tasks does while they run: each wait of its own must last as long as it should, and each
-- call answer what it came to. `what`: "sleep", "walk" or "buy".
local function beside (what)
  local numbers = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin }).numbers
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group = client:tasks{ concurrency = 4 }
  local function work (i)
    ngx.sleep(0.02 + 0.02 * (i % 5))
    return client.numbers.list_incoming{ page_size = 1 }
  end
  local said
  if what == "walk" then
    said = 0
    for _ in numbers.each_incoming{ page_size = 10 } do
      said = said + 1
      group:add(work, said)
    end
  else
    for i = 1, 6 do group:add(work, i) end
    local began = core.now()
    if what == "sleep" then
      ngx.sleep(0.3)
      said = core.now() - began < 0.25 and "too short" or "slept"
    else
      local number, err = numbers.buy{ phone_number = "+14155550199" }
      said = number and number.phone_number or tostring(err)
    end
  end
  local done = 0
  for _, result in ipairs(group:wait()) do
    assert(result[1], result[2])
    done = done + 1
  end
  return said .. ", " .. done
end

-- What a purchase comes to whose handler has waited for two light threads at once, so that the end of the second cuts
-- the purchase's own wait short.
local function cut_short ()
  local numbers = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin,
                                     times = { settle = 0.2, deadline = 2, money_deadline = 2 } }).numbers
  local function sleep (seconds)
    ngx.sleep(seconds)
    return seconds
  end
  ngx.thread.wait(ngx.thread.spawn(sleep, 0.01), ngx.thread.spawn(sleep, 0.2))
  local number, err = numbers.buy{ phone_number = "+14155550198" }
  return number and number.phone_number or err.kind
end

-- What tasks come to whose starter has waited for two light threads at once, so that the end of the second cuts its
-- wait for the group short.
local function group_cut_short ()
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local function sleep (seconds)
    ngx.sleep(seconds)
    return seconds
  end
  ngx.thread.wait(ngx.thread.spawn(sleep, 0.01), ngx.thread.spawn(sleep, 0.1))
  local group, said = client:tasks(), {}
  for i = 1, 3 do group:add(sleep, 0.1 + i / 10) end
  for i, result in ipairs(group:wait()) do said[i] = result[1] end
  return table.concat(said, ", ")
end

-- A group and a walk that an access phase begins, perhaps to end before they have; and what they come to in the
-- content phase.
local function begin_early ()
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group = client:tasks()
  group:add(ngx.sleep, 0.3)
  local pager = client.numbers.pages_incoming{ page_size = 10, prefetch = true }
  pager:next()
  local kept = ngx.ctx
  kept.group, kept.pager = group, pager   -- luacheck: ignore 122
  if ngx.var.arg_exit then ngx.exit(ngx.OK) end
end

local function end_late ()
  local result = ngx.ctx.group:wait()[1]
  local page, err = ngx.ctx.pager:next()
  return (result.n == 2 and result[2] or "done") .. ", " .. (page and #page.incoming_phone_numbers or tostring(err))
end

-- A crowd of tasks at a time: how many have come to something.
local function crowd ()
  local client = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin })
  local group, done = client:tasks{ concurrency = 9000 }, 0
  for _ = 1, 9000 do
    group:add(function ()
      ngx.sleep(0.01)
      return 1
    end)
  end
  for _, result in ipairs(group:wait()) do done = done + result[1] end
  return done
end

-- A page that is asked for in advance, and one that is given up: what the first came to.
local function ahead ()
  local transport = cosocket.new{}
  local account = assert(core.account{ account_sid = SID, user = SID, secret = "hush", api_url = origin })
  local request = { method = "GET", url = origin .. "/x.json", headers = {}, account = account, timeout = 5 }
  local other = transport:prefetch(request)
  ngx.sleep(0.2)   -- it is out by then
  other:cancel()
  local handle = transport:prefetch(request)
  ngx.sleep(0.6)
  local began = core.now()
  local response, failure = handle:wait()
  return (response and response.status or failure.kind) .. (core.now() - began < 0.25 and " at once" or " late")
end

-- A walk that one thread begins and another goes on with: the records of each page.
local function handed_over ()
  local numbers = assert(twilio.new{ account_sid = SID, auth_token = "hush", api_url = origin }).numbers
  local pager = numbers.pages_incoming{ page_size = 10, prefetch = true }
  local _, first = ngx.thread.wait(ngx.thread.spawn(pager.next, pager))
  local second = assert(pager:next())
  return #first.incoming_phone_numbers .. ", " .. #second.incoming_phone_numbers
end

-- Keeps what a phase without output has to say.
local function note (name, f)
  seen:set(name, f(origin))
end

return { exchange = exchange, buy = buy, tasks = tasks, inside = inside, threadless = threadless, orphans = orphans,
         beside = beside, cut_short = cut_short, group_cut_short = group_cut_short, begin_early = begin_early,
         end_late = end_late, crowd = crowd, handed_over = handed_over, ahead = ahead, note = note,
         origin = origin, seen = seen }
