/** What AWS's services answer when they are asked too often, in their various protocols. */
export const throttledCodes: readonly string[] = [
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
]
