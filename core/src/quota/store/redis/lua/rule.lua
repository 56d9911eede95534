-- One rule over the record of its group: how many slots are free, or until when there is none, and when to look.

local function paced(pace, limit)
  if pace == 1 then
    return math.max(math.floor((limit - 1) * 60 / 61), 1)
  end
  return math.max(limit, 1)
end

-- So many have to come free, in the order: answered, in flight (as if answered now), lost. Calls ahead take as many
-- slots more; where that is more than there are, the rest waits whole windows.
local function room(slots, limit, hold)
  local rounds, rest = math.floor(q.ahead / limit), q.ahead % limit
  local count = slots.open + #slots
  if rounds == 0 and count + rest < limit then
    return limit - count
  end
  local at
  local need = count + rest - limit + 1
  if need > 0 then
    local before = past(slots)
    if need <= before then
      at = slots[need] + hold
    elseif need <= before + slots.open then
      at = now + hold
    else
      at = slots[need - slots.open] + hold
    end
  end
  return nil, (at or now) + rounds * hold
end

-- When another call may be in flight; calls in flight are taken as answered now.
local function in_flight_room(slots, at_once)
  local before = past(slots)
  local busy = slots.open + #slots - before
  if busy < at_once then
    return nil
  end
  local need = math.max(busy - at_once + 1 - slots.open, 0)
  return need > 0 and slots[before + need] or now
end

local function later(known, other)
  if known and (known.till > other.till or known.till == other.till and known.look >= other.look) then
    return known
  end
  return other
end

local function over(rule, position)
  local group, memo = rule.scope, memo(rule.scope)
  local pace = math.max(rule.pace, memo.pace or 0)
  local slots = paced(pace, rule.limit)
  if memo['until'] and now < memo['until'] then
    slots = math.min(slots, memo.calls)
  end
  local free, blocked, record
  local function recalled()
    record = record or recall(group, rule.hold)
    return record
  end
  local function block(till, look, why, limit)
    blocked = later(blocked, { till = till, look = look, why = why, rule = position, limit = limit })
  end

  local count = q.ahead == 0 and held(group, now - rule.hold)
  if count and count < slots then
    free = slots - count
  else
    local till
    free, till = room(recalled().all, slots, rule.hold)
    if till then
      block(till, till, 'full', slots)
    end
  end

  local share = 0
  if q.class == 'b' then
    if memo.interactive and now < memo.interactive + rule.hold then
      share = math.min(math.ceil(slots / 10), slots - 1)
    end
  elseif now < (memo.bulk or 0) then
    share = math.min(math.ceil(slots / 5), slots - 1)
  end
  if share > 0 then
    local _, till = room(recalled()[q.class], slots - share, rule.hold)
    if till then
      block(till, till, 'share', slots)
    end
  end

  local at_once = pace > 0 and 1 or rule.at_once
  if at_once and held(group, now) >= at_once then
    local till = in_flight_room(recalled().all, at_once)
    if till then
      block(till, till > now and till or now + rule.hold, 'busy', at_once)
    end
  end

  local before = pace == 1 and memo.sent or pace == 2 and memo.answered
  if before then
    local step = math.ceil(math.floor(rule.window * 1000 / slots) / 1000)
    local gate = before + step
    if gate > now or q.ahead > 0 then
      block(math.max(gate, now) + q.ahead * step, math.max(gate, now), 'paced', slots)
    end
  end
  return free, blocked
end
