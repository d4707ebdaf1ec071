/**
 * `npm run faults -- [NAME …]`: every fault at its full size, or those whose names have one of these words. Prints each
 * figure and what it has to be; fails where one is not.
 */
import { scenarios } from './scenarios.ts'

const words = process.argv.slice(2)
const isWanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word))

process.stdout.write('| fault | figure | found | wanted |\n| --- | --- | ---: | --- |\n')
for (const { name, run } of scenarios.filter((one) => isWanted(one.name))) {
  for (const { what, found, wanted, isGood } of await run('full')) {
    process.stdout.write(`| ${name} | ${what} | ${found} | ${wanted}${isGood ? '' : ' MISSED'} |\n`)
    if (!isGood) process.exitCode = 1
  }
}
