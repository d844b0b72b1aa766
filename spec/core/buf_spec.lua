local core = require("spec.support.native").load("core")

describe("a buffer", function ()
  it("holds what was added, in order, bytes of every kind", function ()
    local pieces = { "", "a", "\0\255", ("x"):rep(1000), "b" }
    assert.equal(table.concat(pieces), (core.fill(5000, pieces)))
  end)

  it("allocates nothing for nothing", function ()
    assert.equal(0, (select(2, core.fill(10, { "" }))))
  end)

  it("never holds more than its maximum, to the byte", function ()
    local full = ("x"):rep(300)
    assert.equal(full, (core.fill(300, { full })))
    assert.equal("", (core.fill(299, { full })))
    for max = 0, 600, 7 do
      local bytes, capacity = core.fill(max, { ("x"):rep(250), ("y"):rep(50), ("z"):rep(300) })
      assert.is_true(#bytes <= max and capacity <= max)
    end
  end)

  it("adds all of a piece or nothing, and nothing more after a refusal", function ()
    local bytes, _, failure, refused = core.fill(5, { "abc", "defg", "h" })
    assert.same({ "abc", 2, 2 }, { bytes, failure, refused })
  end)

  it("is empty and of use again after a reset and after a free", function ()
    local _, _, _, _, reset, freed = core.fill(5, { "abc", "defg" })
    assert.is_true(reset)
    assert.is_true(freed)
  end)

  it("is wiped in a way that leaves nothing", function ()
    assert.equal(("\0"):rep(40), core.wiped(("s"):rep(40)))
  end)
end)
