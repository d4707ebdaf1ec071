#!/usr/bin/env node
import { answerFromCache } from './cli/user/process/answer-from-cache.ts'

// AWS tools ask for credentials before every call: then nothing else is loaded.
if (!answerFromCache()) await import('./cli/start.ts').then(({ start }) => start())
