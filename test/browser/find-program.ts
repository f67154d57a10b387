// Finds a browser or its driver on this machine. The drivers call it; it starts nothing.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'

/** Returns the path that the environment variable gives, else the first program of these names on the PATH or in /usr/bin. */
export function findProgram(variable: string, names: readonly string[], otherPaths: readonly string[] = []): string | undefined {
  const given = process.env[variable]
  if (given) return given
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...otherPaths].find((path) => existsSync(path))
}
