// The names of the tests that divide what a process tells of its files: one stands behind the tests of each file.

const END = 'the process is as the file found it: '

export function endOf(file: string): string {
  return `${END}${file}`
}

/** The file whose end this is; undefined for a test of a file. */
export function endedFile(name: string): string | undefined {
  return name.startsWith(END) ? name.slice(END.length) : undefined
}
