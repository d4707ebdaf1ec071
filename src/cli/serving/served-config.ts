import type { Config } from '../../config/types.ts'
import { configOfText, readConfig } from '../load-config.ts'
import type { ServeOptions } from '../options.ts'

/** The configuration of a gateway that is served. Throws ConfigError. */
export async function servedConfig(options: ServeOptions, env: NodeJS.ProcessEnv): Promise<Config> {
  return listeningWhereTold(await readConfig(options.config, env), options)
}

/** The same for a text that was read from that file earlier. Throws ConfigError. */
export function servedConfigOfText(text: string, options: ServeOptions, env: NodeJS.ProcessEnv): Config {
  return listeningWhereTold(configOfText(text, options.config, env), options)
}

/** An image knows better than a configuration where it can be reached. */
function listeningWhereTold(config: Config, { host }: ServeOptions): Config {
  return host === undefined ? config : { ...config, listen: { ...config.listen, host } }
}
