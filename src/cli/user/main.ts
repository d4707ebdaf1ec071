#!/usr/bin/env node
/** The command line as one file: the user's commands alone. The gateway serves it as /cli/fedgate.mjs. */
import { answerFromCache } from './process/answer-from-cache.ts'

if (!answerFromCache()) void import('./start.ts').then(({ start }) => start())
