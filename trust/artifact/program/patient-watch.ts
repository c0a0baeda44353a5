// Watches a file whose bytes are not proven yet: what is wrong with it is said at the end, as damaged bytes are the better
// answer while nobody knows whether these are the promised ones.
import type { ProgramNeeds, ProgramPlace } from './check-program.ts'
import { watchProgram } from './check-program.ts'

type PatientWatch = {
  push(chunk: Uint8Array): void
  /** What the program needs, or what would have been thrown. */
  end(): { readonly needs: ProgramNeeds } | { readonly problem: unknown }
}

export function watchPatiently(place: ProgramPlace): PatientWatch {
  const feed = watchProgram(place)
  let problem: unknown
  const noting = (act: () => void): void => {
    if (problem !== undefined) return
    try {
      act()
    } catch (error) {
      problem = error
    }
  }
  return {
    push: (chunk) => noting(() => feed.push(chunk)),
    end() {
      let needs: ProgramNeeds | undefined
      noting(() => {
        needs = feed.finish()
      })
      return needs ? { needs } : { problem }
    },
  }
}
