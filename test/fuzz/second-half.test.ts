import { holdsForMutants } from './half.ts'

holdsForMutants('second half')
