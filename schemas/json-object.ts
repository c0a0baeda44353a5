// A JSON object of which nothing more is known. By itself, so that what needs no more of documents loads no more.
import { z } from 'zod'

export const jsonObjectShape = z.record(z.string(), z.unknown())
