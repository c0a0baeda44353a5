// For errors that are kept as values. Until somebody asks for its stack, an error holds the functions that it came through, and by
// them all that these had in hand: one of a config its whole document, for as long as a supervisor lives.
export function keptError<Kept extends Error>(error: Kept): Kept {
  // Asked for, it is text.
  void error.stack
  return error
}
