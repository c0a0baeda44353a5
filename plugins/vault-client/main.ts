// The program: see source.ts.
import { source } from './source.ts'

void source.main()
