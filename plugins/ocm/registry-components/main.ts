// The program: see plugin.ts.
import { plugin } from './plugin.ts'

void plugin.main()
