local fake = require "spec.lua.fake"

local same = fake.response(200, fake.record())
local page = fake.response(200, fake.page{ fake.record() })

describe("the retry budget", function ()
  it("lets a total outage cost little more than one request a call, and recovers", function ()
    local transport = fake.transport(function (_, self) return self.healthy and same or fake.unsent end)
    local numbers = fake.client(transport).numbers
    local function calls (count)
      local before = #transport.requests
      local last
      for _ = 1, count do last = select(2, numbers.get_incoming{ sid = fake.sid }) end
      return (#transport.requests - before) / count, last
    end
    calls(30)
    local rate, err = calls(1000)
    assert.truthy(rate <= 1.05)
    assert.equal("retry_budget", err.reason)
    transport.healthy = true
    calls(100)
    transport.healthy = false
    assert.equal(4, (calls(1)))
  end)

  describe("and the reads inside a call", function ()
    local transport, numbers

    -- How many requests each of so many calls costs.
    local function cost (count, make)
      local before = #transport.requests
      for _ = 1, count do make() end
      return (#transport.requests - before) / count
    end

    local function get () return numbers.get_incoming{ sid = fake.sid } end
    local function look () return numbers.reconcile{ phone_number = fake.number } end

    before_each(function ()
      transport = fake.transport(function (_, self) return self.healthy and page or fake.unsent end)
      numbers = fake.client(transport).numbers
    end)

    it("does not stop them", function ()
      cost(60, get)
      assert.equal(1, cost(1, get))
      assert.equal(4, cost(1, look))
    end)

    it("does not pay for them", function ()
      cost(60, look)
      assert.equal(4, cost(1, get))
    end)

    it("gains nothing by them", function ()
      cost(60, get)
      transport.healthy = true
      cost(60, look)
      transport.healthy = false
      assert.equal(1, cost(1, get))
    end)
  end)
end)
