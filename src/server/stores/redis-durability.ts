// Reads once what a Redis server may lose and warns the developer. Called by redis.ts; it never fails a request.

/** Reads `INFO` once. Hosts that forbid it are left alone. */
export function checkDurability(send: (args: string[], key: string) => Promise<unknown>, key: string, warn: (text: string) => void): void {
  void Promise.all([send(['INFO', 'memory'], key), send(['INFO', 'persistence'], key)]).then(
    (replies) => {
      for (const warning of toWarnings(replies.map(String).join('\n'))) warn(warning)
    },
    () => {},
  )
}

/** Returns what is wrong with the settings that an `INFO` shows; docs/deploy.md has what each of them loses. */
export function toWarnings(info: string): string[] {
  const settingOf = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const policy = settingOf('maxmemory_policy')
  const warnings: string[] = []
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push(`Redis deletes sessions when its memory is full (maxmemory-policy is ${policy}). Set it to noeviction.`)
  }
  if (settingOf('aof_enabled') === '0') {
    warnings.push('Redis loses acknowledged writes when it is restarted (appendonly is no). Set appendonly to yes.')
  }
  return warnings
}
