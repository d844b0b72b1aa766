-- Workers on a failing sandbox, and what they reported held against what the sandbox knows.

local core = require "twilio.core"

-- Faults of a POST or a DELETE, all equally likely, and together as probable as asked. Rules are asked in turn: a later
-- one needs a higher probability for the same share. `late` comes at three delays, `delay` beyond the timeout.
local function faults (probability, reads, factor)
  local kinds = { { "throttle" }, { "error", status = 500 }, { "error_after", status = 502 }, { "drop_before" },
                  { "drop_after" }, { "truncate" }, { "garbage" }, { "delay", seconds = 90 / factor },
                  { "late", seconds = 2 / factor, weight = 1 / 3 }, { "late", seconds = 9 / factor, weight = 1 / 3 },
                  { "late", seconds = 20 / factor, weight = 1 / 3 } }
  local rules = {}
  for _, method in ipairs{ "POST", "DELETE" } do
    local left = 1
    for _, kind in ipairs(kinds) do
      local share = probability / 9 * (kind.weight or 1)
      rules[#rules + 1] = { method = method, fault = kind[1], status = kind.status, seconds = kind.seconds,
                            probability = share / left }
      left = left - share
    end
  end
  local left = 1
  for _, kind in ipairs{ "throttle", "error", "drop_before", "truncate", "garbage" } do
    rules[#rules + 1] = { method = "GET", fault = kind, status = kind == "error" and 503 or nil,
                          probability = reads / 5 / left }
    left = left - reads / 5
  end
  return rules
end

-- plan: purchases, workers, factor (all times are divided by it), posts, reads (how many fail, of 1), seed, kind.
-- Answers all the workers' lines, as arrays of words, and the sandbox's state when nothing is under way any more.
local function run (server, plan)
  server:reset{ seed = plan.seed, list_lag = 2 / plan.factor, release_delay = 100000 }
  server:faults{ seed = plan.seed, rules = faults(plan.posts, plan.reads, plan.factor) }
  local lua = arg[-1] or "lua"
  for i = -1, -10, -1 do lua = arg[i] or lua end
  local pipes, lines = {}, {}
  for i = 1, plan.workers do
    pipes[i] = io.popen(("%s spec/chaos/worker.lua %s %s %s %d %d %d %s"):format(lua, server.url, server.account_sid,
      server.auth_token, i, math.floor(plan.purchases / plan.workers), plan.factor, plan.kind or "client"))
  end
  for i = 1, plan.workers do
    for line in pipes[i]:lines() do
      local words = {}
      for word in line:gmatch("[^\t]+") do words[#words + 1] = word end
      lines[#lines + 1] = words
    end
    pipes[i]:close()
  end
  server:faults{}
  core.sleep(25 / plan.factor)
  return lines, server:state()
end

-- Counts: bought, ambiguous, failed (of purchases); double (charges of one number beyond the first), lost (charges that
-- no call owns up to, neither as bought nor as in doubt), false_success; released, release_doubt, release_failed,
-- wrong_release, false_release, lost_release.
local function judge (lines, state)
  local tally = { bought = 0, ambiguous = 0, failed = 0, double = 0, lost = 0, false_success = 0, twice = 0,
                  released = 0, release_doubt = 0, release_failed = 0, wrong_release = 0, false_release = 0,
                  lost_release = 0, reconciled = 0 }
  local charged, claimed, successes, gone, asked = {}, {}, {}, {}, {}
  for _, charge in ipairs(state.charges) do
    if charged[charge.phone_number] then tally.double = tally.double + 1 end
    charged[charge.phone_number] = charge.sid
  end
  for _, release in ipairs(state.releases) do gone[release.sid] = true end
  for _, words in ipairs(lines) do
    local what, ending, subject = words[1], words[2], words[3]
    if what == "buy" then
      local name = (ending == "done" or ending == "owned") and "bought" or ending
      tally[name] = tally[name] + 1
      if name == "failed" then tally["failed: " .. words[5]] = (tally["failed: " .. words[5]] or 0) + 1 end
      if words[5] == "reconciled" then tally.reconciled = tally.reconciled + 1 end
      if name == "bought" then
        if charged[subject] ~= words[4] then tally.false_success = tally.false_success + 1 end
        if successes[subject] then tally.twice = tally.twice + 1 end
        successes[subject] = true
      end
      if name ~= "failed" then claimed[subject] = true end
    else
      asked[subject] = true
      local name = ending == "done" and "released" or ending == "ambiguous" and "release_doubt" or "release_failed"
      tally[name] = tally[name] + 1
      if name == "released" and not gone[subject] then tally.false_release = tally.false_release + 1 end
      if name == "release_failed" and gone[subject] then tally.lost_release = tally.lost_release + 1 end
    end
  end
  for number in pairs(charged) do
    if not claimed[number] then tally.lost = tally.lost + 1 end
  end
  for sid in pairs(gone) do
    if not asked[sid] then tally.wrong_release = tally.wrong_release + 1 end
  end
  return tally
end

-- run and judge, in rounds that the sandbox can tell of in one answer, each with a seed of its own. The sums of what
-- judge counts; `charges`; `struck`: how often each fault struck.
local round = 10000
local function survey (server, plan)
  local sum, struck = { charges = 0 }, {}
  for begun = 0, plan.purchases - 1, round do
    local part = {}
    for name, value in pairs(plan) do part[name] = value end
    part.purchases, part.seed = math.min(round, plan.purchases - begun), plan.seed + begun / round
    local lines, state = run(server, part)
    for name, n in pairs(judge(lines, state)) do sum[name] = (sum[name] or 0) + n end
    for name, n in pairs(state.faults) do struck[name] = (struck[name] or 0) + n end
    sum.charges = sum.charges + #state.charges
  end
  return sum, struck
end

return { survey = survey }
