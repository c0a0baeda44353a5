// The files of a database that is open: the log in which the newest rows are, and what processes know of it in common, lie beside it.

/** All are there once the database was read in WAL mode, and stay until it is closed. */
export function databaseFiles(file: string): readonly string[] {
  return [file, `${file}-wal`, `${file}-shm`]
}
