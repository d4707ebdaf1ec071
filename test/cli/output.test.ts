import { describe, expect, it } from 'vitest'
import { openOutput } from '../../src/cli/output.ts'
import { FedgateError } from '../../src/core/errors.ts'

const written = (isTTY: boolean, env: NodeJS.ProcessEnv, say: (output: ReturnType<typeof openOutput>) => void) => {
  const lines = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      lines[name] += text
    },
  })
  say(openOutput(stream('stdout'), stream('stderr'), env))
  return lines
}

describe('output', () => {
  it('the output has colours on a terminal', () => {
    expect(written(true, {}, ({ print, style }) => print(style.bold('x'))).stdout).toBe('\u001b[1mx\u001b[22m\n')
  })

  it.each([
    ['in a pipe', false, {}],
    ['when NO_COLOR is set', true, { NO_COLOR: '1' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
  ])('the output has no colours %s', (_when, isTTY, env) => {
    expect(written(isTTY, env, ({ print, style }) => print(style.bold('x'))).stdout).toBe('x\n')
  })

  it('keeps notes and errors off stdout', () => {
    const { stdout, stderr } = written(false, {}, ({ note, fail }) => {
      note('listening')
      fail(new FedgateError('a.b', { sentence: 'No.', hint: 'Try.' }))
    })
    expect(stdout).toBe('')
    expect(stderr).toBe('listening\nNo.\nTry.\n')
  })

  it("lets no escape sequence of a stranger's text through to the terminal", () => {
    const error = new FedgateError('a.b', { sentence: 'Found \u001b[2J\u001b]0;title\u0007.', hint: '' })
    expect(written(true, { NO_COLOR: '1' }, ({ fail }) => fail(error)).stderr).not.toContain('\u001b')
  })
})
