-- What every spec that meets the system needs of it.

-- What a shell command printed, without the white space behind it.
local function shell (command)
  local pipe = assert(io.popen(command, "r"))
  local text = pipe:read("*a")
  pipe:close()
  return (text:gsub("%s+$", ""))
end

-- A file's bytes.
local function read (path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

return { shell = shell, read = read }
