// Where the programs of the operating system are.

/** A tool of Windows by its full path: never looked up in a PATH. */
export function systemTool(name: string): string {
  // allow(environment): Windows says in it where it lies
  return `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\${name}`
}
