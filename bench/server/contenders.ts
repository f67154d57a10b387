// Lists the servers of the server suite and the visitor of each.
import { type Visit, type Visitor, visitExpress, visitSojourn } from './visitor.ts'

/** A server, and how visitors write to it. */
export interface Contender {
  readonly file: string
  /** Whether it is given a file to keep sessions in. */
  readonly onDisk?: boolean
  readonly visit: (visit: Visit) => Promise<Visitor>
}

/** The servers, by the names that the tables have for them. */
export const contenders: Readonly<Record<string, Contender>> = {
  'sojourn, memory': { file: 'server/sojourn.ts', visit: visitSojourn },
  'sojourn, memory, whole response': { file: 'server/sojourn.ts', visit: (visit) => visitSojourn(visit, '') },
  'sojourn, SQLite': { file: 'server/sojourn.ts', onDisk: true, visit: visitSojourn },
  'express-session, memory': { file: 'server/express-session.ts', visit: visitExpress },
}
