/** The catalogue that a configuration names. */
import type { Catalog } from '../../catalog/catalog.ts'
import { type CatalogFiles, loadCatalog } from '../../catalog/files.ts'
import type { Config } from '../../config/types.ts'

/** Its files; undefined: the configuration names none. */
export function catalogFiles({ catalog, folder }: Pick<Config, 'catalog' | 'folder'>): CatalogFiles | undefined {
  return catalog.length === 0 ? undefined : { patterns: catalog, folder }
}

/** As its files are now. Throws CatalogError. */
export async function configuredCatalog(config: Pick<Config, 'catalog' | 'folder'>): Promise<Catalog | undefined> {
  const files = catalogFiles(config)
  return files && (await loadCatalog(files))
}
