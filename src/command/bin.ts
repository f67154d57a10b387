#!/usr/bin/env node
// Owns the entry of the command `sojourn`: it hands the arguments to one of its commands. It never decides anything itself.
import process from 'node:process'
import { runCommand } from '../conformance/command.ts'
import { runSchemaCommand } from './schema-command.ts'

const [command, ...rest] = process.argv.slice(2)
const output = {
  write: (text: string) => process.stdout.write(text),
  writeError: (text: string) => process.stderr.write(text),
}
process.exitCode = command === 'schema' ? await runSchemaCommand(rest, output) : await runCommand(process.argv.slice(2), output)
