-- MODEL_PURCHASES=1000000 MODEL_SEED=2 for more of it (`make model`).

local policy = require "spec.model.policy"

local count = tonumber(os.getenv("MODEL_PURCHASES")) or 50000
local seed = tonumber(os.getenv("MODEL_SEED")) or 1
local world = { posts = 0.6, reads = 0.2, rivals = 0.2, owned = 0.1 }
local calm = { posts = 0.1, reads = 0.1, rivals = 0, owned = 0.1 }

local function report (mode, tally)
  if not os.getenv("MODEL_PURCHASES") then return end
  local words = {}
  for ending, n in pairs(tally) do
    if ending ~= "seconds" then words[#words + 1] = ending .. " " .. n end
  end
  table.sort(words)
  print(("\n%s, seed %d, %d purchases in %.1f s of CPU: %s"):format(mode, seed, count, tally.seconds,
                                                                    table.concat(words, ", ")))
end

local function run (mode, times, options)
  local began = os.clock()
  local tally = policy.run(mode, times, seed, options)
  tally.seconds = os.clock() - began
  return tally
end

describe("the purchase policy, with six POSTs of ten and two reads of ten failing,", function ()
  for _, mode in ipairs{ "number", "area_code" } do
    describe("by " .. mode, function ()
      local tally
      setup(function ()
        tally = run(mode, count, world)
        report(mode, tally)
      end)

      it("never buys twice", function () assert.equal(0, tally.double) end)
      it("never reports as failed what was bought", function () assert.equal(0, tally.lost) end)
      it("never reports as bought what is not ours", function () assert.equal(0, tally.false_success) end)
      it("never reports as bought what has not its settings", function () assert.equal(0, tally.unset) end)
      it("never mistakes a purchase of its own and an older one", function () assert.equal(0, tally.misdated) end)
      it("leaves fewer than one in ten in doubt", function () assert.truthy(tally.ambiguous < count / 10) end)
    end)
  end

  it("holds behind the whole client, JSON and all", function ()
    for _, mode in ipairs{ "wire_number", "wire_area_code" } do
      local tally = run(mode, math.floor(count / 25), world)
      assert.same({ 0, 0, 0, 0, 0 },
                  { tally.double, tally.lost, tally.false_success, tally.unset, tally.misdated })
      assert.truthy(tally.bought > count / 50)
    end
  end)
end)

describe("the purchase policy, with one in ten failing,", function ()
  it("leaves fewer than one in a thousand in doubt", function ()
    local times = math.floor(count / 5)
    local tally = run("number", times, calm)
    assert.truthy(tally.ambiguous * 1000 < times)
    assert.equal(0, tally.double + tally.lost)
  end)
end)

describe("the world of the model", function ()
  it("makes a client buy twice that repeats a purchase by area code", function ()
    assert.truthy(run("naive_area_code", 1000, world).double > 100)
  end)

  it("makes a client lose purchases that takes a broken connection for a refusal", function ()
    assert.truthy(run("naive_number", 1000, world).lost > 100)
  end)

  it("is the same for the same seed", function ()
    assert.same(policy.run("number", 200, 5, world), policy.run("number", 200, 5, world))
  end)
end)
