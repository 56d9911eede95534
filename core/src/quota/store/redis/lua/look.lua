-- What there is of a team: its own record, and the names of the others.

local fields = {}
for name, value in pairs(team) do
  fields['team_' .. name] = value
end
fields.accounts = table.concat(redis.call('SMEMBERS', ACCOUNTS), '\n')
fields.groups = table.concat(redis.call('ZRANGE', GROUPS, 0, -1), '\n')
fields.open = table.concat(redis.call('ZRANGEBYSCORE', OPEN, '(' .. text(now), '+inf'), '\n')
return answer('look', fields)
