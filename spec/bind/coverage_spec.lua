-- The rows held against Twilio's own description, where it is at hand: it is not part of the project. Twilio
-- publishes it as spec/json/twilio_api_v2010.json of its repository twilio/twilio-oai.

local cjson = require "cjson"
local rows = require "spec.support.rows"

local PATH = "../shared/api/numbers_api_v2010.json"

local function described ()
  local file = io.open(os.getenv("OPENAPI") or PATH)
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  local spec, operations, count = cjson.decode(text), {}, 0

  local function resolve (schema)
    local name = schema["$ref"] and schema["$ref"]:match("[^/]+$")
    return name and spec.components.schemas[name] or schema
  end

  for path, item in pairs(spec.paths) do
    for _, method in ipairs{ "get", "post", "delete" } do
      local operation = item[method]
      if operation then
        local found = { method = method:upper(), path = path:gsub("^/2010%-04%-01", ""), parameters = {} }
        local function add (place, name, schema, required, about)
          found.parameters[place .. " " .. name] =
            { schema = resolve(schema), required = required or false, about = about or "" }
          count = count + 1
        end
        for _, list in ipairs{ item.parameters or {}, operation.parameters or {} } do
          for _, p in ipairs(list) do add(p["in"], p.name, p.schema, p.required, p.description) end
        end
        local form = operation.requestBody
          and operation.requestBody.content["application/x-www-form-urlencoded"].schema
        local required = {}
        for _, name in ipairs(form and form.required or {}) do required[name] = true end
        for name, schema in pairs(form and form.properties or {}) do
          add("form", name, schema, required[name], schema.description)
        end
        operations[operation.operationId] = found
      end
    end
  end
  return operations, count
end

-- Where Twilio's type is a string without more, ours says what its text does.
local told = {
  ApiVersion = "date", AreaCode = "integer", Contains = "contains", Extension = "digits", InLata = "digits",
  NearLatLong = "latlong", Origin = "enum",
}

local function fits (parameter, found)
  local schema = found.schema
  local pattern = schema.pattern and schema.pattern:match("^%^(%u%u)%[0%-9a%-fA%-F%]{32}%$$")
  if pattern then return parameter.type == "sid" and parameter.prefix == pattern end
  if schema.enum then
    return parameter.type == "enum" and table.concat(schema.enum, " ") == table.concat(parameter.values, " ")
  end
  if schema.type == "boolean" or schema.type == "integer" then
    return parameter.type == schema.type and (not schema.minimum or parameter.min == schema.minimum)
      and (not schema.maximum or parameter.max == schema.maximum)
  end
  local format = { uri = "url", ["iso-country-code"] = "country" }
  if format[schema.format] then return parameter.type == format[schema.format] end
  if schema.format == "phone-number" then return parameter.type == "phone" or parameter.type == "e164" end
  return schema.type == "string" and parameter.type == (told[parameter.wire] or "text")
    and (parameter.type ~= "text" or parameter.max == tonumber(found.about:match("(%d+) characters")))
end

describe("the rows and Twilio's description", function ()
  local operations, count = described()

  local function check (name, f)
    if operations then return it(name, f) end
    pending(name .. ": no " .. PATH .. " here (OPENAPI names another)", function () end)
  end

  check("have the same 37 operations, methods and paths", function ()
    local n = 0
    for _, row in ipairs(rows.list) do
      local found = assert(operations[row.operation_id], row.operation_id)
      assert.same({ found.method, found.path }, { row.method, row.path })
      n = n + 1
    end
    for _ in pairs(operations) do n = n - 1 end
    assert.equal(0, n)
    assert.equal(37, #rows.list)
  end)

  check("have the same 408 parameters, places and requirements", function ()
    local missing, n = {}, 0
    for _, row in ipairs(rows.list) do
      local left = {}
      for key in pairs(operations[row.operation_id].parameters) do left[key] = true end
      for _, parameter in ipairs(row.parameters) do
        local key = parameter.place .. " " .. parameter.wire
        local found = operations[row.operation_id].parameters[key]
        assert.is_truthy(found, row.name .. ": " .. key)
        assert.equal(found.required, parameter.required or parameter.implied or false, row.name .. ": " .. key)
        left[key] = nil
        n = n + 1
      end
      for key in pairs(left) do missing[#missing + 1] = row.name .. ": " .. key end
    end
    assert.same({}, missing)
    assert.equal(count, n)
    assert.equal(408, n)
  end)

  check("have types and lengths that agree", function ()
    rows.each(function (row, parameter)
      local found = operations[row.operation_id].parameters[parameter.place .. " " .. parameter.wire]
      assert.is_truthy(fits(parameter, found), row.name .. ": " .. parameter.name .. " as " .. parameter.type)
    end)
  end)
end)
