// The program: see operator.ts.
import { operator } from './operator.ts'

void operator.main()
