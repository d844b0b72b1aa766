-- Writes what is generated: docs/numbers.md and lua/twilio/meta.lua. `make docs` runs it from the repository's top.

local core = require "twilio.core"
local reference = require "docs.reference"
local renderers = {
  ["docs/numbers.md"] = require "docs.markdown",
  ["lua/twilio/meta.lua"] = require "docs.annotations",
}

for path, renderer in pairs(renderers) do
  local built = reference.build(core.operations(), require "docs.texts", require "docs.examples")
  if #built.missing > 0 then error("no text for " .. table.concat(built.missing, ", ")) end
  local file = assert(io.open(path, "wb"))
  file:write(renderer.render(built))
  file:close()
end
