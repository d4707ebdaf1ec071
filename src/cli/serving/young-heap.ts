/**
 * Loading the program makes much garbage at once. V8 would enlarge the part of the heap for new objects for it, to tens of
 * megabytes, and give none of them back while the gateway has little to do.
 */
import { setFlagsFromString } from 'node:v8'

const FACTOR = '--semi-space-growth-factor'
/** V8's default. */
const USUAL_FACTOR = 2

/** Before the program is loaded. V8 reads the factor each time it could enlarge that part. */
export function keepYoungHeapSmall(): void {
  setFlagsFromString(`${FACTOR}=1`)
}

/** When it listens: under load it grows as V8 sees fit. */
export function letYoungHeapGrow(): void {
  setFlagsFromString(`${FACTOR}=${USUAL_FACTOR}`)
}
