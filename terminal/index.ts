// What people and machines see: the public face of terminal/. Data goes to stdout, everything else to stderr. A command is given
// its terminal by `terminal/program.ts`, by which it is made, and which is not exported here because it loads commander.
//
//   terminal.info('resolving 3 plugins')                            one log line, stderr, silent with --quiet
//   terminal.result({ json: rows, text: () => 'nothing installed' })  JSON with --json, text otherwise, stdout
//   terminal.table({ columns: [{ title: 'plugin' }], rows })          fits the width of the terminal, stdout
//   using progress = terminal.progress({ unit: 'bytes' })            rows after one second on a terminal, else lines
//
// Text from registries, plugins and archives goes through `printable` or `quote` of schemas/quote.ts before it is shown;
// cells of tables are made printable by the table.
export type { Paint } from './colour.ts'
export { paintFor, wantsColour } from './colour.ts'
export { count, formatAge, formatBytes, formatDuration } from './measures.ts'
export type { Progress, ProgressItem } from './progress.ts'
export { errorToJson, exitCodeOf } from './render-error.ts'
export type { OutputStream } from './streams.ts'
export { processStreams } from './streams.ts'
export type { Cell, Table } from './table-cell.ts'
export type { GrowingTable, Terminal } from './terminal.ts'
export { waitingLine } from './terminal.ts'
