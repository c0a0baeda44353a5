// Which absolute paths may name code that a program loads: those that only an administrator fills. Temporary folders, home
// folders and what stands for the process itself (`/proc/self/cwd`) are none. Light: a warm run loads it.

const FOR_EVERYBODY = [
  ...['tmp', 'var/tmp', 'dev', 'proc', 'run/user', 'run/lock', 'run/shm', 'var/lock', 'var/crash', 'var/spool'],
  ...[
    'home',
    'root',
    'Users',
    'var/home',
    'var/folders',
    'Volumes',
    'media',
    'mnt',
    'net',
    'private/tmp',
    'private/var',
  ],
]

/** What is wrong with the place, as the end of a sentence; undefined when nothing is. */
export function problemOfPlace(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not absolute'
  const parts = path.slice(1).split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'is not written in its plain form'
  if (!/^[\x21-\x7e]+$/.test(path)) return 'holds blanks or characters that are not ASCII'
  const inside = FOR_EVERYBODY.find((folder) => `${parts.join('/')}/`.startsWith(`${folder}/`))
  return inside && `lies in \`/${inside}\`, where others than the administrator may write`
}
