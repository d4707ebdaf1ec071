/** One process of the gateway against two workers. `npm run bench -- workers` */
import { runCompiled } from './server.ts'

/** Prints a table. */
export const suite = async (): Promise<void> => runCompiled('workers-contest.js')
