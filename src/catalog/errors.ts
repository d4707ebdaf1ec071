import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'

export const catalogErrors = {
  'catalog.no_files': {
    sentence: 'The catalogue has no files.',
    hint: 'Write them with `fedgate catalog pull --out DIR`, or correct the paths under `catalog`.',
  },
  'catalog.unreadable': {
    sentence: 'A file of the catalogue cannot be read.',
    hint: 'Check that it is a file and that this user has read permission.',
  },
  'catalog.invalid': {
    sentence: 'A file of the catalogue is not valid.',
    hint: 'Export it again, or correct the lines above. docs/catalog.md describes the formats.',
  },
} as const satisfies ErrorCatalogue

/** What is wrong with a file. */
export interface CatalogProblem {
  readonly file: string
  /** From 1; undefined where it is not known. */
  readonly line: number | undefined
  /** In the file's own terms: `RoleDetailList[3].Arn`, or a column. Empty: the whole file. */
  readonly path: string
  readonly expected: string
  readonly found: string
}

/** The catalogue cannot be used. The command line exits with 78. */
export class CatalogError extends FedgateError {
  readonly problems: readonly CatalogProblem[]

  constructor(code: keyof typeof catalogErrors, detail?: ErrorDetail, problems: readonly CatalogProblem[] = []) {
    super(code, catalogErrors[code], detail)
    this.problems = problems
  }
}

/** As many as fit on a screen: a wrong file is wrong in every line. */
const MOST_SHOWN = 20

/** One error for all problems; its message has a line for each. */
export function invalidCatalog(problems: readonly CatalogProblem[]): CatalogError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const more = problems.length > MOST_SHOWN ? [`  and ${problems.length - MOST_SHOWN} more`] : []
  const lines = problems.slice(0, MOST_SHOWN).map((problem) => `  ${showCatalogProblem(problem)}`)
  return new CatalogError(
    'catalog.invalid',
    { sentence: [`The catalogue has ${count}:`, ...lines, ...more].join('\n') },
    problems,
  )
}

/** `catalog/a.json:12 RoleDetailList[3].Arn: expected …, found …` */
function showCatalogProblem({ file, line, path, expected, found }: CatalogProblem): string {
  const place = [line === undefined ? file : `${file}:${line}`, path].filter((part) => part !== '').join(' ')
  return `${place}: expected ${expected}, found ${found}`
}
