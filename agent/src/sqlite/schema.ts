/**
 * The tables of a data folder. What is evidence only grows: triggers refuse every change and removal, so
 * that a fault of ours or a stray tool is stopped at once. They do not stop whoever opens the file with
 * intent; that is what the checksums, the checkpoints and the notary are for.
 *
 * An entry is stored as the bytes that were sealed. The columns people search by stand in a table of their
 * own, can be rebuilt from the entries at any time, and are compared with them by `relay verify`.
 */
export const SCHEMA_VERSION = 1

/** A number beyond what one here holds was put there by somebody, and is no trail's. */
export const TRAIL_ID_MAX = 2 ** 52

/** The same of a record's place, and of the number of records that a checkpoint is of. */
export const PLACE_MAX = 2 ** 52

/** Of a row that says where a record stands: true if one can stand there. Judged of rows found, by what else is asked: no index is chosen for it. */
export const IS_PLACE = `+trail BETWEEN 1 AND ${TRAIL_ID_MAX} AND +seq BETWEEN 0 AND ${PLACE_MAX} AND typeof(trail) = 'integer' AND typeof(seq) = 'integer'`

/** Of a row that says how many records something is of: true if there can be so many. */
export const IS_SIZE = `+trail BETWEEN 1 AND ${TRAIL_ID_MAX} AND +size BETWEEN 0 AND ${PLACE_MAX} AND typeof(trail) = 'integer' AND typeof(size) = 'integer'`

/** Of a row of `trail`: true if it is one. */
export const IS_TRAIL = `id BETWEEN 1 AND ${TRAIL_ID_MAX} AND EXISTS (SELECT 1 FROM entry WHERE entry.trail = trail.id AND seq BETWEEN 0 AND ${PLACE_MAX})`

export const schema = `
CREATE TABLE trail (
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  vkey TEXT NOT NULL
) STRICT;

CREATE TABLE entry (
  trail INTEGER NOT NULL REFERENCES trail (id) DEFERRABLE INITIALLY DEFERRED,
  seq INTEGER NOT NULL,
  prev TEXT NOT NULL,
  leaf BLOB NOT NULL,
  line BLOB NOT NULL,
  PRIMARY KEY (trail, seq)
) STRICT;

CREATE TABLE entry_columns (
  trail INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  time TEXT NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  project TEXT,
  path TEXT,
  digest TEXT,
  PRIMARY KEY (trail, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_by_digest ON entry_columns (digest) WHERE digest IS NOT NULL;
CREATE INDEX entry_of_refusals ON entry_columns (trail, seq) WHERE kind = 'capture.refused' AND digest IS NOT NULL;
CREATE INDEX entry_of_claims ON entry_columns (trail, seq) WHERE kind = 'capture.claimed';
CREATE INDEX entry_of_settings ON entry_columns (trail, seq) WHERE kind = 'settings.changed';
CREATE INDEX entry_of_badges ON entry_columns (trail, seq) WHERE kind IN ('badge.in', 'badge.out');
CREATE INDEX entry_of_badge_refusals ON entry_columns (trail, seq) WHERE kind = 'badge.refused';

CREATE TABLE content (
  digest TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
  trail INTEGER NOT NULL REFERENCES trail (id) DEFERRABLE INITIALLY DEFERRED,
  size INTEGER NOT NULL,
  note BLOB NOT NULL,
  notarised TEXT,
  PRIMARY KEY (trail, size)
) STRICT;

CREATE TABLE time_stamp (
  trail INTEGER NOT NULL REFERENCES trail (id) DEFERRABLE INITIALLY DEFERRED,
  size INTEGER NOT NULL,
  due TEXT NOT NULL,
  answer BLOB,
  given TEXT,
  PRIMARY KEY (trail, size)
) STRICT;

CREATE TABLE alive (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  state TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  value TEXT NOT NULL
) STRICT;

CREATE TABLE credential (
  account TEXT PRIMARY KEY,
  phc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cursor (
  subscription TEXT PRIMARY KEY,
  trail TEXT NOT NULL,
  said INTEGER NOT NULL,
  next INTEGER NOT NULL,
  delivered TEXT NOT NULL,
  seal BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE folder (
  id INTEGER PRIMARY KEY,
  watch TEXT NOT NULL,
  parent INTEGER NOT NULL,
  name NOT NULL,
  file_id TEXT NOT NULL,
  UNIQUE (watch, parent, name)
);

CREATE TABLE unit (
  folder INTEGER NOT NULL,
  name NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  file_id TEXT NOT NULL,
  stamp TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  profile TEXT NOT NULL,
  trail INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (folder, name)
) WITHOUT ROWID;
CREATE INDEX unit_by_file_id ON unit (file_id);
CREATE INDEX unit_not_recorded ON unit (state) WHERE state <> 'recorded';
CREATE INDEX unit_sets ON unit (kind) WHERE kind = 'set';

CREATE TABLE member (
  folder INTEGER NOT NULL,
  path NOT NULL,
  stamp TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (folder, path)
) WITHOUT ROWID;

CREATE TRIGGER entry_follows BEFORE INSERT ON entry WHEN NEW.seq > 0 AND NOT EXISTS (
  SELECT 1 FROM entry WHERE trail = NEW.trail AND seq = NEW.seq - 1
    AND CAST(substr(line, 14, 64) AS TEXT) = NEW.prev)
BEGIN SELECT RAISE(ABORT, 'the entry does not follow the last one'); END;
CREATE TRIGGER entry_first BEFORE INSERT ON entry WHEN NEW.seq = 0 AND EXISTS (
  SELECT 1 FROM entry WHERE trail = NEW.trail)
BEGIN SELECT RAISE(ABORT, 'the trail has a first entry'); END;

${['trail', 'entry', 'content']
  .flatMap((table) => [
    `CREATE TRIGGER ${table}_stays BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    `CREATE TRIGGER ${table}_kept BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
  ])
  .join('\n')}
CREATE TRIGGER checkpoint_kept BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
WHEN NEW.trail IS NOT OLD.trail OR NEW.size IS NOT OLD.size OR NEW.note IS NOT OLD.note OR OLD.notarised IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER time_stamp_kept BEFORE DELETE ON time_stamp WHEN OLD.answer IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'time_stamp is append-only'); END;
CREATE TRIGGER time_stamp_stays BEFORE UPDATE ON time_stamp
WHEN NEW.trail IS NOT OLD.trail OR NEW.size IS NOT OLD.size OR NEW.due IS NOT OLD.due OR OLD.given IS NOT NULL
  OR (OLD.answer IS NOT NULL AND NEW.answer IS NOT OLD.answer)
BEGIN SELECT RAISE(ABORT, 'time_stamp is append-only'); END;
`
