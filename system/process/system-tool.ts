// Where the programs of the operating system are.

/** Elsewhere than on Windows: none of the folders that somebody put before them. */
export const FIXED_TOOL_PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin'

/** A tool of Windows by its full path: never looked up in a PATH. */
export function systemTool(name: string): string {
  // allow(environment): Windows says in it where it lies
  return `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\${name}`
}
