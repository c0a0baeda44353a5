// What nobody expected, as one line of the log that the operator reads.

export function defectLine(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `${JSON.stringify({ level: 'error', msg: text })}\n`
}
