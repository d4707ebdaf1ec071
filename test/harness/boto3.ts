/** A Python with boto3, AWS's SDK for it: Debian's, or another that has it. */
import { spawnSync } from 'node:child_process'
import { requireTool } from '../tools.ts'

const DEBIANS = '/usr/lib/python3/dist-packages/boto3'

const hasIt = (python: string): boolean => spawnSync(python, ['-c', 'import boto3']).status === 0

/** undefined where there is none, with the reason on the screen; an error where nothing may be skipped. */
export const PYTHON: string | undefined =
  ['/usr/bin/python3', 'python3'].find(hasIt) ?? (requireTool(DEBIANS) ? '/usr/bin/python3' : undefined)
