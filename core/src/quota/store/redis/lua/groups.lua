-- The records of the call's three groups: a sorted set of slots and a memo for each.
--
-- A slot is one member. In flight its score is when the lease ends; afterwards the instant of the answer, or the last
-- one at which the server may count it. The member's first letter is the class, its second `o` in flight, `s` settled.

local WEEK = 7 * 24 * 3600 * 1000
-- Raw calls bring any number of names.
local FORGOTTEN = 60 * 24 * 3600 * 1000000
local UNBOUND = { 'sent', 'answered', 'interactive', 'bulk', 'probing', 'frozen' }

local function slots_key(group)
  return KEYS[5 + group]
end

local function memo_key(group)
  return KEYS[8 + group]
end

local memos, noted = {}, { {}, {}, {} }

local function note(group, field, value)
  memos[group][field] = value
  local list = noted[group]
  list[#list + 1] = field
  list[#list + 1] = text(value)
end

local function memo(group)
  if not memos[group] then
    local found = {}
    for field, value in pairs(read(memo_key(group))) do
      found[field] = tonumber(value)
    end
    memos[group] = found
    -- Written before the clock was set back: its instants mean nothing any more.
    if (found.seen or 0) > now then
      redis.call('DEL', slots_key(group))
      for _, field in ipairs(UNBOUND) do
        if found[field] then
          note(group, field, 0)
        end
      end
      if found['until'] then
        note(group, 'until', math.min(found['until'], now + found.span))
      end
      if found.rejected then
        note(group, 'rejected', math.min(found.rejected, now))
      end
    end
  end
  return memos[group]
end

local function save_memos()
  for group = 1, 3 do
    local list = noted[group]
    if #list > 0 then
      list[#list + 1] = 'seen'
      list[#list + 1] = text(now)
      redis.call('HSET', memo_key(group), unpack(list))
      -- What was learned about the spacing of calls stays.
      if (memo(group).pace or 0) > 0 then
        redis.call('PERSIST', memo_key(group))
      else
        redis.call('PEXPIRE', memo_key(group), text(math.max(WEEK, q.keep)))
      end
      redis.call('ZADD', GROUPS, text(now), q.names[group])
      redis.call('ZREMRANGEBYSCORE', GROUPS, '-inf', text(now - FORGOTTEN))
    end
  end
end

local function hold_slot(group, score, member)
  redis.call('ZADD', slots_key(group), text(score), member)
  redis.call('PEXPIRE', slots_key(group), text(q.keep))
end

local function held(group, since)
  return redis.call('ZCOUNT', slots_key(group), '(' .. text(since), '+inf')
end

-- The slots held: calls in flight, and the instants of the others in their order, in all and by class.
local function recall(group, hold)
  local found = redis.call('ZRANGEBYSCORE', slots_key(group), '(' .. text(now - hold), '+inf', 'WITHSCORES')
  local record = { all = { open = 0 }, i = { open = 0 }, b = { open = 0 } }
  for position = 1, #found, 2 do
    local member, at = found[position], tonumber(found[position + 1])
    local open = string.sub(member, 2, 2) == 'o' and at > now
    for _, slots in ipairs({ record.all, record[string.sub(member, 1, 1)] }) do
      if open then
        slots.open = slots.open + 1
      else
        slots[#slots + 1] = at
      end
    end
  end
  return record
end

local function past(slots)
  local count = 0
  while slots[count + 1] and slots[count + 1] <= now do
    count = count + 1
  end
  return count
end
