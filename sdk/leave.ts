// The end of a plugin that has said all. `process.exit` can wait for ever for threads of V8 that compile, and that wait for a
// garbage collection by this one (Node's issue 54918): where nothing is left open, Node ends by itself.

const LEFT_OPEN_MS = 200
/** Standard streams are among these, and keep no process; whatever else is among them gets a moment. */
const STREAMS: readonly string[] = ['PipeWrap', 'TTYWrap']

/** What a plugin left open must neither keep it nor say anything after its result. */
export function leave(): void {
  if (process.getActiveResourcesInfo().every((kind) => STREAMS.includes(kind))) {
    setTimeout(() => process.exit(), LEFT_OPEN_MS).unref()
  } else process.exit()
}
