// How shapes are read by a command that reads a few documents and ends. Imported before any shape is made.
import { z } from 'zod'

/** Without a function compiled for each shape, which takes longer than reading one document without it. */
export function readShapesPlainly(): void {
  z.config({ jitless: true })
}
