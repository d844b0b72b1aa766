-- Joins the operation rows with the texts: what docs/markdown.lua and docs/annotations.lua write from. It notes which
-- texts it used, so that the others can be found.

local groups = {
  { title = "Numbers for sale", path = "/AvailablePhoneNumbers" },
  { title = "Add-ons", path = "/AssignedAddOns" },
  { title = "Numbers of the account", path = "/IncomingPhoneNumbers" },
  { title = "Caller IDs", path = "/OutgoingCallerIds" },
  { title = "Addresses", path = "/Addresses" },
}
local order = { 1, 3, 2, 4, 5 }

local function group_of (row)
  for i, group in ipairs(groups) do
    if row.path:find(group.path, 1, true) then return i end
  end
  error("no group for " .. row.path)
end

-- A text that may be there under `owner.name` as well as under `name`.
local function pick (texts, used, owner, name)
  local own = owner .. "." .. name
  local key = texts[own] and own or name
  used[key] = true
  return texts[key]
end

local function fields_of (texts, used, shape)
  local fields = {}
  for name, kind in texts.shapes[shape]:gmatch("([%w_]+):?(%S*)") do
    local text = pick(texts.fields, used.fields, shape, name) or texts.parameters[name]
    fields[#fields + 1] = { name = name, type = kind ~= "" and kind or "string", text = text }
  end
  return fields
end

-- The codes that an operation may answer: its own, then those that follow from what it is.
local function errors_of (texts, row, own)
  local codes, has = {}, {}
  local function add (list)
    for _, code in ipairs(list) do
      if not has[code] then codes[#codes + 1], has[code] = code, true end
    end
  end
  add(own.errors)
  if row.path:find("{[^}]*}.*{") then add(texts.record_errors) end
  if row.paged then add(texts.list_errors) end
  table.sort(codes)
  return codes
end

--- { groups = { { title, operations = { row with does, gives, page, errors (codes), parameters with text } … } … },
---   shapes = { name = fields }, errors = texts.errors, missing = names without a text, unused = texts without a name }
local function build (rows, texts, examples)
  local missing, used = {}, { operations = {}, parameters = {}, fields = {}, errors = {}, shapes = {} }
  local members = {}
  for i = 1, #groups do members[i] = {} end

  for _, row in ipairs(rows) do
    local own = texts.operations[row.name]
    if not own or not examples[row.name] then
      missing[#missing + 1] = row.name
    else
      used.operations[row.name] = true
      row.does, row.gives, row.page, row.example = own.does, own.gives, own.page, examples[row.name]
      row.errors = errors_of(texts, row, own)
      for _, code in ipairs(row.errors) do used.errors[code] = true end
      if row.gives then used.shapes[row.gives] = true end
      for _, parameter in ipairs(row.parameters) do
        parameter.text = pick(texts.parameters, used.parameters, row.name, parameter.name)
        if not parameter.text then missing[#missing + 1] = row.name .. "." .. parameter.name end
      end
      local group = members[group_of(row)]
      group[#group + 1] = row
    end
  end

  local shapes = {}
  for shape in pairs(used.shapes) do
    shapes[shape] = fields_of(texts, used, shape)
    for _, field in ipairs(shapes[shape]) do
      if not field.text then missing[#missing + 1] = shape .. "." .. field.name end
    end
  end
  for _, code in ipairs(texts.common_errors) do used.errors[code] = true end
  for code in pairs(used.errors) do
    if not texts.errors[code] then missing[#missing + 1] = "error " .. code end
  end

  local unused = {}
  for kind, names in pairs(used) do
    for name in pairs(texts[kind]) do
      if not names[name] then unused[#unused + 1] = kind .. "." .. name end
    end
  end
  for name in pairs(examples) do
    if not used.operations[name] then unused[#unused + 1] = "examples." .. name end
  end

  local ordered = {}
  for i, group in ipairs(order) do ordered[i] = { title = groups[group].title, operations = members[group] } end
  return { groups = ordered, shapes = shapes, errors = texts.errors, titles = texts.titles,
           common_errors = texts.common_errors, missing = missing, unused = unused }
end

return { build = build }
