// The program: see check.ts.
import { check } from './check.ts'

void check.main()
