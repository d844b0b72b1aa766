local rows = require "spec.support.rows"

describe("the operation rows", function ()
  it("are 37 operations with 408 parameters", function ()
    local parameters = rows.each(function () end)
    assert.equal(37, #rows.list)
    assert.equal(408, parameters)
  end)

  it("have no more parameters than op.h has room for, which drops the others", function ()
    local file = assert(io.open("src/core/op.h"))
    local room = tonumber(file:read("*a"):match("TW_PARAMS = (%d+)"))
    file:close()
    for _, row in ipairs(rows.list) do assert.is_true(#row.parameters < room, row.name) end
  end)

  it("have no name twice, Lua's and the connector's together", function ()
    local seen = {}
    for _, row in ipairs(rows.list) do
      for _, name in pairs{ row.name, row.alias } do
        assert.is_nil(seen[name], name)
        seen[name] = true
      end
    end
  end)

  it("have no parameter twice in one operation, in any spelling", function ()
    for _, row in ipairs(rows.list) do
      local seen = {}
      for _, parameter in ipairs(row.parameters) do
        for _, name in pairs{ parameter.name, parameter.alias } do
          local plain = name:gsub("_", ""):lower()
          assert.is_nil(seen[plain], row.name .. "." .. name)
          seen[plain] = true
        end
      end
    end
  end)

  it("name each parameter as Twilio does, but for the two that a setting would hide", function ()
    local renamed = {}
    rows.each(function (row, parameter)
      if parameter.name:gsub("_", "") ~= parameter.wire:lower() then
        renamed[parameter.name .. " is " .. parameter.wire] = true
        assert.equal("form", parameter.place, row.name)
      end
    end)
    assert.same({ ["transfer_to is AccountSid"] = true, ["call_api_version is ApiVersion"] = true }, renamed)
  end)

  it("fill every gap of every path from a required parameter, the account's SID aside", function ()
    for _, row in ipairs(rows.list) do
      local places = {}
      for _, parameter in ipairs(row.parameters) do
        if parameter.place == "path" then places[parameter.wire] = parameter.required or parameter.implied end
      end
      for gap in row.path:gmatch("{(.-)}") do
        assert.is_true(places[gap], row.name .. " " .. gap)
        places[gap] = nil
      end
      assert.is_nil(next(places), row.name)
    end
  end)

  it("offer each_ for what lists and searches, pages_ for what lists", function ()
    local function iterators (name)
      local row = rows.by_name[name]
      return { row.each or false, row.pages or false, row.paged }
    end
    assert.same({ "each_incoming", "pages_incoming", true }, iterators("list_incoming"))
    assert.same({ "each_incoming_local", "pages_incoming_local", true }, iterators("list_incoming_local"))
    assert.same({ "each_toll_free", false, false }, iterators("search_toll_free"))
    assert.same({ "each_countries", "pages_countries", false }, iterators("list_countries"))
    assert.same({ false, false, false }, iterators("get_incoming"))
  end)

  it("put the reads, the removals and the purchases into their classes", function ()
    local class = {}
    for _, row in ipairs(rows.list) do
      class[row.class] = (class[row.class] or 0) + 1
      if row.method == "GET" then assert.equal("read", row.class) end
      if row.method == "DELETE" then assert.equal("delete", row.class) end
    end
    assert.same({ read = 23, delete = 4, update = 3, buy = 4, verify = 1, create = 2 }, class)
  end)

  it("are the caller's own copy", function ()
    local core = require "twilio.core"
    core.operations()[1].name = "changed"
    assert.equal("add_outgoing", core.operations()[1].name)
  end)
end)
