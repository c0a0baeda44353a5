// For errors that are kept as values. Until somebody asks for its stack, an error holds the functions that it came through, and by
// them all that these had in hand: one of a config its whole document, for as long as a supervisor lives. So does each cause of it.
export function keptError<Kept extends Error>(error: Kept): Kept {
  // Asked for, it is text.
  for (let each: unknown = error; each instanceof Error; each = each.cause) void each.stack
  return error
}
