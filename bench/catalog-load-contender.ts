/** Reads the catalogue of a folder in a process of its own, and tells its parent what that cost. */
import { join } from 'node:path'
import { loadCatalog } from '../src/catalog/files.ts'

const [folder = ''] = process.argv.slice(2)
globalThis.gc?.()
const [cpuBefore, memoryBefore] = [process.cpuUsage(), process.memoryUsage()]
const catalog = await loadCatalog({ patterns: [join(folder, '*.json')], folder })
const [cpu, memory] = [process.cpuUsage(cpuBefore), process.memoryUsage()]
globalThis.gc?.()
process.send?.({
  roles: catalog.roles.size,
  seconds: (cpu.user + cpu.system) / 1_000_000,
  memory: (memory.rss - memoryBefore.rss) / 1024 / 1024,
  heap: (process.memoryUsage().heapUsed - memoryBefore.heapUsed) / 1024 / 1024,
})
process.disconnect?.()
