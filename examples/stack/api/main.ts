// An API as a service: `api` serves until SIGTERM, `api migrate` prepares the database and ends.
import { serve } from './serve.ts'
import type { Visits } from './visits.ts'
import { openVisits } from './visits.ts'

const { API_SOCKET: socket = 'api.sock', DATABASE_SOCKET: database, DATABASE_USER: user = 'shop' } = process.env
const { DATABASE_PASSWORD: password = '' } = process.env
const act = process.argv[2] === 'migrate' ? migrate : answer

openVisits(database ? { socket: database, user, password } : undefined)
  .then(act)
  .catch((error: Error) => fail(error.message))

async function migrate(visits: Visits): Promise<void> {
  await visits.prepare()
  console.log(`ready to count visits in ${visits.where}`)
  visits.close()
}

async function answer(visits: Visits): Promise<void> {
  const end = await serve({ socket, visits })
  console.log(`listening on ${socket}, visits are counted in ${visits.where}`)
  process.once('SIGTERM', end)
  // Whoever supervises starts it again, and then there is a connection again.
  await visits.lost
  end()
  fail('the database has closed the connection')
}

function fail(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}
