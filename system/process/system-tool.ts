// Where the programs of the operating system are.

/** The `PATH` of plugins and services: no entry that another user could write to, none that is relative or empty. */
export const FIXED_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Elsewhere than on Windows: none of the folders that somebody put before them. */
export const FIXED_TOOL_PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin'

/** A tool of Windows by its full path: never looked up in a PATH. */
export function systemTool(name: string): string {
  // allow(environment): Windows says in it where it lies
  return `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\${name}`
}
