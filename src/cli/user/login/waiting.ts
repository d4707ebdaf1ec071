import type { Machine } from '../machine.ts'

const FRAMES = ['   ', '.  ', '.. ', '...'] as const
const FRAME_MS = 400

/** Does the work, with a line on the terminal that shows how long it has been going on. Nothing is written elsewhere. */
export async function waiting<Result>(machine: Machine, text: string, work: () => Promise<Result>): Promise<Result> {
  const { output } = machine
  if (!output.isTerminal) return work()
  const startedAt = machine.now()
  let frame = 0
  const timer = setInterval(() => {
    const seconds = Math.floor((machine.now() - startedAt) / 1000)
    output.noteText(`\r${text}${FRAMES[frame++ % FRAMES.length]} ${output.style.dim(`${seconds}s, Ctrl-C to stop`)}`)
  }, FRAME_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    output.noteText('\r\u001b[K')
  }
}
