// The program: see notifier.ts.
import { notifier } from './notifier.ts'

void notifier.main()
