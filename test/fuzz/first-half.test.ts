import { holdsForMutants } from './half.ts'

holdsForMutants('first half')
