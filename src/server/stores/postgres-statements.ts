// Owns the SQL of the PostgreSQL store. Called by postgres.ts; every value is a parameter, and the table's name was checked.

/** The statements on a table. The parameters of an entry are: revision, value, expires_at, expires_day, owner ('' for none). */
export interface PostgresStatements {
  readonly read: string
  readonly create: string
  readonly replace: string
  readonly rotate: string
  readonly isStored: string
  readonly remove: string
  readonly sweep: string
  readonly list: string
  readonly revisions: string
}

/**
 * Returns the SQL that creates the table, as one statement that several processes may run at once. An index on `expires_at` would change
 * with every write and make each update three times as large (no HOT updates), so the index is on the day.
 */
export function postgresSchema(table = 'sojourn_sessions'): string {
  const name = table.replace('.', '_')
  return `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('${table}'));
  CREATE TABLE IF NOT EXISTS ${table} (
    id text PRIMARY KEY,
    revision text NOT NULL,
    value text NOT NULL,
    expires_at bigint NOT NULL,
    expires_day integer NOT NULL,
    owner text
  ) WITH (fillfactor = 70);
  CREATE INDEX IF NOT EXISTS ${name}_by_day ON ${table} (expires_day);
  CREATE INDEX IF NOT EXISTS ${name}_by_owner ON ${table} (owner) WHERE owner IS NOT NULL;
END $$`
}

/** Returns the statements on a table. */
export function toStatements(table: string): PostgresStatements {
  const columns = 'id, revision, value, expires_at, expires_day, owner'
  const valuesFrom = (first: number): string => {
    const [id, revision, value, at, day, owner] = Array.from({ length: 6 }, (_, index) => `$${first + index}`)
    return `${id}::text, ${revision}::text, ${value}::text, ${at}::bigint, ${day}::integer, nullif(${owner}::text, '')`
  }
  const set = "revision = $2::text, value = $3::text, expires_at = $4::bigint, expires_day = $5::integer, owner = nullif($6::text, '')"
  const overwriteExpired = (now: string): string => `ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, value = excluded.value,
    expires_at = excluded.expires_at, expires_day = excluded.expires_day, owner = excluded.owner WHERE t.expires_at <= ${now}::bigint RETURNING 1`
  return {
    read: `SELECT revision, value, expires_at, owner FROM ${table} WHERE id = $1::text AND expires_at > $2::bigint`,
    create: `INSERT INTO ${table} AS t (${columns}) VALUES (${valuesFrom(1)}) ${overwriteExpired('$7')}`,
    replace: `UPDATE ${table} SET ${set} WHERE id = $1::text AND revision = $7::text AND expires_at > $8::bigint RETURNING 1`,
    // Nobody else writes the inserted id, so that what the first part sees of it still holds in the second.
    rotate: `WITH swung AS (
      UPDATE ${table} SET ${set} WHERE id = $1::text AND revision = $7::text AND expires_at > $8::bigint
        AND NOT EXISTS (SELECT 1 FROM ${table} WHERE id = $9::text AND expires_at > $8::bigint)
      RETURNING 1
    ) INSERT INTO ${table} AS t (${columns}) SELECT ${valuesFrom(9)} FROM swung ${overwriteExpired('$8')}`,
    isStored: `SELECT 1 FROM ${table} WHERE id = $1::text AND revision = $2::text`,
    remove: `DELETE FROM ${table} WHERE id = $1::text AND revision = $2::text AND expires_at > $3::bigint RETURNING 1`,
    sweep: `DELETE FROM ${table} WHERE id IN (
      SELECT id FROM ${table} WHERE expires_day <= $1::integer AND expires_at <= $2::bigint LIMIT $3::integer) RETURNING 1`,
    list: `SELECT id, revision, value, expires_at, owner FROM ${table} WHERE owner = $1::text AND expires_at > $2::bigint`,
    revisions: `SELECT id, revision FROM ${table} WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))`,
  }
}
