// The public names of `sojourn/persist`: a journal that keeps the session and pending writes on this device.
export type { SessionPersistence } from '../client/journal.ts'
export { createJournal, type JournalOptions } from './create-journal.ts'
export type { Disk, DiskTransaction, OpenDisk, TableName } from './disk.ts'
