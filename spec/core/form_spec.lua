local core = require("spec.support.native").load("core")

describe("percent-encoding", function ()
  it("keeps letters, digits and -._~ and encodes every other byte", function ()
    for byte = 0, 255 do
      local char = string.char(byte)
      local wanted = char:find("^[%w%-%._~]$") and byte < 128 and char or ("%%%02X"):format(byte)
      assert.equal(wanted, (core.escape(char)))
    end
  end)

  it("foretells its length exactly", function ()
    for _, text in ipairs{ "", "abc", "a b&c", ("\0"):rep(100), "caf\195\169" } do
      local encoded, length = core.escape(text)
      assert.equal(#encoded, length)
    end
  end)
end)
