-- Real sockets, several clients in processes of their own, a sandbox that fails: is what they report what happened?
-- All times are divided by a factor. CHAOS_PURCHASES=50000 for more (`make chaos`); CHAOS_NAIVE=1 shows a naive client.

local sandbox = require "spec.support.sandbox"
local truth = require "spec.chaos.truth"

local purchases = tonumber(os.getenv("CHAOS_PURCHASES")) or 2000
local factor = 50

local function report (title, tally, struck)
  if not os.getenv("CHAOS_PURCHASES") and not os.getenv("CHAOS_NAIVE") then return end
  local words = {}
  for name, n in pairs(tally) do words[#words + 1] = name .. " " .. n end
  for name, n in pairs(struck) do words[#words + 1] = ("(%s %d)"):format(name, n) end
  table.sort(words)
  io.stderr:write("\n" .. title .. ": " .. table.concat(words, ", "), "\n")
end

describe("purchases over sockets", function ()
  local server
  setup(function () server = sandbox.start() end)
  teardown(function () server:stop() end)

  for _, posts in ipairs{ 0.1, 0.6 } do
    describe("with " .. posts * 100 .. " of 100 changing requests failing", function ()
      local planned = posts <= 0.1 and purchases or math.floor(purchases / 5)
      local tally
      setup(function ()
        local struck
        tally, struck = truth.survey(server, { purchases = planned, workers = 4, factor = factor, posts = posts,
                                               reads = 0.1, seed = 11 })
        report(planned .. " purchases", tally, struck)
      end)

      it("are all answered", function ()
        assert.equal(planned, tally.bought + tally.ambiguous + tally.failed)
      end)
      it("never charge a number twice", function () assert.equal(0, tally.double) end)
      it("are never reported as failed when they happened", function () assert.equal(0, tally.lost) end)
      it("are never reported as done when they were not", function () assert.equal(0, tally.false_success) end)
      it("never end at the same number", function () assert.equal(0, tally.twice) end)
      if posts <= 0.1 then  -- beyond that the retry budget does its work
        it("are hardly ever in doubt", function () assert.truthy(tally.ambiguous <= planned / 1000) end)
        it("succeed without the caller's help", function () assert.truthy(tally.bought >= planned * 0.999) end)
      end
      it("are released when asked, and nothing else is", function ()
        assert.truthy(tally.released > 0)
        assert.same({ 0, 0, 0 }, { tally.wrong_release, tally.false_release, tally.lost_release })
      end)
    end)
  end

  if os.getenv("CHAOS_NAIVE") then
    it("by a naive client go wrong", function ()
      local tally, struck = truth.survey(server, { purchases = 2000, workers = 4, factor = factor, posts = 0.1,
                                                   reads = 0.1, seed = 11, kind = "naive" })
      report("naive, 2000 purchases", tally, struck)
      assert.truthy(tally.lost > 0)
    end)
  end
end)
