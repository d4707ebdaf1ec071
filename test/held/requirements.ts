/** The rows of docs/security-requirements.md by their number. A test in held.test.ts compares the two. */
export const requirementIds = [
  ...(['0.1', '0.2', '0.3', '0.4'] as const),
  ...(['1.1', '1.2', '1.3', '1.4', '1.5', '1.6'] as const),
  ...(['2.1', '2.2', '2.3', '2.4'] as const),
  ...(['3.1', '3.2', '3.3', '3.4', '3.5', '3.6', '3.7'] as const),
  ...(['4.1', '4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8'] as const),
  ...(['5.1', '5.2', '5.3', '5.4', '5.5', '5.6'] as const),
  '6',
  ...(['7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '7.9'] as const),
  '8',
  '9',
  ...(['10.1', '10.2', '10.3', '10.4', '10.5', '10.6', '10.7', '10.8', '10.9', '10.10'] as const),
] as const

export type RequirementId = (typeof requirementIds)[number]

/** Requirements of parts that do not exist yet. */
export const notBuilt: readonly RequirementId[] = []
