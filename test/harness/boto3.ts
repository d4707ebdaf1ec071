/** A Python with boto3, AWS's SDK for it: Debian's, or another that has it. */
import { spawnSync } from 'node:child_process'
import { requireTool } from '../tools.ts'

const DEBIANS = '/usr/lib/python3/dist-packages/boto3'

/** The program itself, not what a version manager puts in front of it. */
const withBoto3 = (python: string): string | undefined => {
  const { status, stdout } = spawnSync(python, ['-c', 'import boto3, sys; print(sys.executable)'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** undefined where there is none, with the reason on the screen; an error where nothing may be skipped. */
export const PYTHON: string | undefined =
  withBoto3('/usr/bin/python3') ?? withBoto3('python3') ?? (requireTool(DEBIANS) ? '/usr/bin/python3' : undefined)
