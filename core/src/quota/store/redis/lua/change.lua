-- What users change by hand, and what the calls of a process proved.

if q.what == 'resume' then
  resume()
  put('lost', nil)
elseif q.what == 'declare' then
  hear(q.option)
  declare(q.balance)
elseif q.what == 'pass' then
  local tiered, limit, passed = string.match(team.learned or '0||000', '^(%d)|(%d*)|(%d%d%d)$')
  local known = tonumber(string.sub(passed, q.tier, q.tier))
  local tiers = string.sub(passed, 1, q.tier - 1) .. text(math.max(known, q.passed)) .. string.sub(passed, q.tier + 1)
  put('learned', tiered .. '|' .. limit .. '|' .. tiers)
elseif q.what == 'account' then
  -- Only if nobody has booked since it was looked at.
  local it = account(1)
  if it.min ~= q.before[1] or it.max ~= q.before[2] or it.reserved ~= q.before[3] then
    return answer('again')
  end
  it.min, it.max, it.reserved = q.after[1], q.after[2], q.after[3]
  save_account(1, q.name, q.keep)
end
save(true)
return answer('done')
