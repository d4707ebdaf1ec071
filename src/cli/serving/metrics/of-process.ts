import type { Registry } from 'prom-client'
import type { Gateway } from '../../../gateway/gateway.ts'
import { type MetricValues, textOf, valuesOf } from '../../../gateway/metrics/exposition.ts'
import { type GaugePorts, updateGauges } from '../../../gateway/metrics/gauges.ts'
import { createInstruments, type Instruments } from '../../../gateway/metrics/instruments.ts'
import { VERSION } from '../../../web/pages.ts'

/** What is measured at a scrape. */
export interface Measured {
  readonly gateway: GaugePorts & Pick<Gateway, 'signatures'>
  /** As PEM. */
  readonly tlsCertificate: string | undefined
}

/** The metrics of this process, over all its configurations. */
export interface ProcessMetrics {
  readonly instruments: Instruments
  /** As Prometheus reads them. */
  text(): Promise<string>
  values(): Promise<MetricValues>
}

/** `current`: what serves now. */
export function createProcessMetrics(current: () => Measured): ProcessMetrics {
  const instruments = createInstruments()
  instruments.build.set({ version: VERSION }, 1)
  /** Resolves with what the current configuration measures by itself. */
  const update = async (): Promise<readonly Registry[]> => {
    const { gateway, tlsCertificate } = current()
    await updateGauges(gateway, instruments, tlsCertificate)
    return gateway.signatures ? [gateway.signatures.registry] : []
  }
  return {
    instruments,
    text: async () => textOf(instruments, ...(await update())),
    values: async () => valuesOf(instruments, ...(await update())),
  }
}
