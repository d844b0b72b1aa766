-- Writes the Lua files as C to standard output: lua5.4 bundle.lua DIRECTORY FILE… (each below DIRECTORY).

local directory = arg[1]

-- "twilio/sandbox.lua" is required as "twilio.sandbox".
local function name_of (path)
  return (path:gsub("%.lua$", ""):gsub("/", "."))
end

print('#include "bundle.h"\n')
local modules = {}
for i = 2, #arg do
  local path = arg[i]:sub(#directory + 2)
  local file = assert(io.open(arg[i], "rb"))
  local bytes, line = {}, {}
  for byte in file:read("*a"):gmatch(".") do
    line[#line + 1] = byte:byte()
    if #line == 32 then
      bytes[#bytes + 1], line = table.concat(line, ","), {}
    end
  end
  bytes[#bytes + 1] = table.concat(line, ",")
  file:close()
  print(("static const unsigned char file%d[] = {\n%s };"):format(i, table.concat(bytes, ",\n")))
  modules[#modules + 1] = ('  { "%s", "@%s", file%d, sizeof file%d },'):format(name_of(path), path, i, i)
end
print(("\nconst tw_module tw_modules[] = {\n%s\n  { 0, 0, 0, 0 }\n};"):format(table.concat(modules, "\n")))
