-- Books the end of a call: slots, lessons, money. Repeating it changes nothing.

local lease = read(LEASE)
if not lease.at then
  -- It may still arrive that was given up: then it must not take a slot.
  if q.how == 'released' then
    redis.call('HSET', LEASE, 'gone', 1)
    redis.call('PEXPIRE', LEASE, text(q.forget))
  end
  return answer('done')
end
if (team.learned or '0||000') ~= q.learned then
  return answer('again')
end

local LONGEST_FREEZE = 120 * 1000000
local HOUR = 3600 * 1000000
local ended = math.max(now - q.ended_ago, 0)
local sent = math.max(ended - q.took, 0)
local taken = tonumber(lease.at)
-- How things were before, for the asker, who words what happened.
local told = {}

local function close(at)
  local retention = number('retention')
  q.keep = math.ceil((math.max(at - now, 0) + q.lease + 2 * retention) / 1000)
  for group = 1, 3 do
    redis.call('ZREM', slots_key(group), q.class .. 'o:' .. q.id)
    if at + retention > now then
      hold_slot(group, at, q.class .. 's:' .. q.id)
    end
    note(group, 'answered', at)
    note(group, 'sent', math.max(memo(group).sent or 0, taken, sent))
  end
end

-- Learns from a rejection that no preset explains; `restraint` in Rust says why.
local function restrain(rule)
  local group, it = rule.scope, memo(rule.scope)
  for _, field in ipairs({ 'pace', 'calls', 'until', 'span', 'rejected' }) do
    told['restraint_' .. field] = it[field]
  end
  local admitted = math.max(held(group, ended - rule.hold) - 1, 0)
  told.admitted = admitted
  if it.rejected and taken <= it.rejected then
    if it['until'] and ended < it['until'] then
      note(group, 'calls', math.max(math.min(it.calls, math.max(admitted - 1, 0)), 1))
    end
    return
  end
  local again = it.rejected and ended < it.rejected + 10 * rule.window
  note(group, 'rejected', ended)
  if admitted == 0 then
    return
  end
  local burst = admitted * 2 < rule.limit
  local pace = it.pace or 0
  if pace == 0 and (again or burst) then
    pace = 1
  elseif pace == 1 and burst and not (it['until'] and ended < it['until']) then
    pace = 2
  end
  local changed = pace ~= (it.pace or 0)
  note(group, 'pace', pace)
  if burst and changed then
    return
  end
  local span = HOUR
  if it['until'] and ended <= it['until'] + 24 * HOUR then
    span = math.min(it.span * 2, 24 * HOUR)
  end
  span = math.max(span, rule.hold)
  note(group, 'calls', math.min(math.max(admitted - 1, 1), rule.limit))
  note(group, 'until', ended + span)
  note(group, 'span', span)
end

for group = 1, 3 do
  memo(group)
end
if q.how == 'released' then
  for group = 1, 3 do
    redis.call('ZREM', slots_key(group), q.class .. 'o:' .. q.id)
  end
else
  close(q.how == 'lost' and ended + q.flight or ended)
end
if lease.probe then
  note(tonumber(lease.probe), 'probing', 0)
  note(q.tier, 'probing', 0)
end
if q.becomes and q.becomes ~= q.learned then
  put('learned', q.becomes)
end
local limited = q.limited
if limited then
  if limited.restrain then
    restrain(limited.restrain)
  end
  local till = ended + math.min(limited.wait or limited.hold, limited.wait and LONGEST_FREEZE or limited.hold)
  for _, group in ipairs(limited.freeze) do
    note(group, 'frozen', math.max(memo(group).frozen or 0, till))
  end
end

if q.money and lease.reserved then
  local money, price = q.money, tonumber(lease.reserved)
  local count = #money.accounts
  image(told, count)
  local declaration, try = tonumber(lease.declaration), tonumber(lease.try)
  local trying = team.latch_since and try and try == number('probes')
  if q.how == 'released' then
    for position, it in ipairs(money.accounts) do
      if account(position).known then
        release_account(position, price)
        save_account(position, it[1], it[2])
      end
    end
    release_purse(price)
    if trying then
      put('latch_probe', 0)
    end
  else
    local least, most = money.min, math.max(money.max, money.min)
    for position, it in ipairs(money.accounts) do
      local booked = account(position)
      release_account(position, price)
      booked.min = booked.min + least
      booked.max = booked.max + most
      for _, cap in ipairs(money.caps) do
        if cap[1] == position then
          warn(booked, cap[2])
        end
      end
      save_account(position, it[1], it[2])
    end
    release_purse(price)
    local same = declaration == number('declarations')
    put('min', number('min') + (same and least or 0))
    put('max', number('max') + most)
    if q.out_of_credits then
      if same then
        if not team.latch_since then
          put('latch_since', now)
        end
        put('latch_probe', now + PROBE_EVERY)
        if team.declared then
          put('declared', 0)
          put('min', 0)
          put('max', 0)
        end
      end
    elseif least > 0 and trying then
      resume()
    end
  end
end

redis.call('DEL', LEASE)
redis.call('ZREM', OPEN, q.id)
save(true)
save_memos()
return answer('ended', told)
