-- Each request is from another user, who has 73 items of the catalogue, popular ones more often.
math.randomseed(1)
wrk.method, wrk.headers["content-type"] = "POST", "application/json"

local bodies = {}
for user = 1, 5000 do
  local items = {}
  for i = 1, 73 do items[i] = math.floor(math.random() ^ 3 * 20108) end
  bodies[user] = '{"top": 10, "items": [' .. table.concat(items, ",") .. "]}"
end

local user = 0
request = function()
  user = user % #bodies + 1
  return wrk.format(nil, "/recommend", nil, bodies[user])
end
