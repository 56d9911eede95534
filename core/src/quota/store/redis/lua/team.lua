-- The question, the time, and what is kept of a team as a whole. Numbers are whole microseconds and credits.
-- Part of every step; the steps are in files of their own and end the script.

local q = cjson.decode(ARGV[1])
local TEAM, OPEN, GROUPS, ACCOUNTS, LEASE = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

-- Lua's own way would print 14 digits.
local function text(number)
  return string.format('%.0f', number)
end

local function read(key)
  local found, flat = {}, redis.call('HGETALL', key)
  for position = 1, #flat, 2 do
    found[flat[position]] = flat[position + 1]
  end
  return found
end

local team = read(TEAM)
local function number(field)
  return tonumber(team[field] or 0)
end

-- The store's time. It never goes back: while its clock is behind what was seen, time stands still.
local clock = q.clock
if not clock then
  local time = redis.call('TIME')
  clock = time[1] * 1000000 + time[2]
end
local now = math.max(clock, number('high'))
-- Beyond this it is quicker to let everything from before pass.
local set_back = now - clock > q.quarantine
if set_back then
  now = clock
end

-- Changes of the team's record, written at once by `save`.
local changes = {}
local function put(field, value)
  if type(value) == 'number' then
    value = text(value)
  end
  team[field] = value
  changes[field] = value or false
end

local seq = number('seq')
-- Calls from before this instant may be missing in the record.
if set_back then
  put('whole_from', now)
  redis.call('DEL', OPEN)
end

-- Until when nobody goes because of them; the past when there are none.
local function recovered()
  return team.whole_from and number('whole_from') + q.quarantine or 0
end

-- A new record begins. Others that know the one before will not take this for another loss.
local function begin(lost)
  put('epoch', q.candidate)
  put('born', now)
  if lost then
    put('lost', 1)
    put('told', 1)
  end
end

-- Whether the record is the one that the asker knows. What went with another one: calls that hold slots, and what was
-- spent. Until all calls from before are past, nobody goes. Returns what to tell users.
local function same_record()
  local story
  local from = now
  if not team.epoch then
    if q.epoch then
      story = 'lost'
    elseif q.uptime then
      -- It may have known one before it was started.
      story = 'young'
      from = now - q.uptime
    end
    begin(q.epoch)
  elseif q.epoch and q.epoch ~= team.epoch then
    story = 'lost'
    from = number('born')
    if not team.told then
      put('lost', 1)
      put('told', 1)
    end
  elseif q.seq and seq < q.seq then
    story = 'lost'
    begin(true)
  elseif team.server and q.server and team.server ~= q.server then
    story = 'restarted'
  end
  if story == 'restarted' and q.uptime and now - q.uptime > number('high') then
    -- It was started after the last call it knows of, so it let nobody through before its start.
    from = now - q.uptime
  end
  if q.server and team.server ~= q.server then
    put('server', q.server)
  end
  if story and from > (tonumber(team.whole_from) or -1) then
    put('whole_from', from)
  end
  return recovered() > now and story or nil
end

local function save(changed)
  if changed then
    seq = seq + 1
    put('seq', seq)
  end
  if now ~= number('high') then
    put('high', now)
  end
  local set, gone = {}, {}
  for field, value in pairs(changes) do
    if value then
      set[#set + 1] = field
      set[#set + 1] = value
    else
      gone[#gone + 1] = field
    end
  end
  if #gone > 0 then
    redis.call('HDEL', TEAM, unpack(gone))
  end
  if #set > 0 then
    redis.call('HSET', TEAM, unpack(set))
  end
end

-- Ends the script with names and texts in turn.
local function answer(kind, fields)
  local flat = {
    'kind', kind, 'now', text(now), 'seq', text(seq), 'epoch', team.epoch or '', 'learned', team.learned or '0||000',
  }
  for name, value in pairs(fields or {}) do
    flat[#flat + 1] = name
    flat[#flat + 1] = type(value) == 'number' and text(value) or value
  end
  return flat
end
